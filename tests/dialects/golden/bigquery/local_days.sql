WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND date_diff(date(`users_1`.`signed_up_at`, :param_1), `users_1`.`born_on`, DAY) >= :param_2)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(DISTINCT CASE WHEN (`events_1`.`name` IN UNNEST(:param_3) AND `events_1`.`occurred_at` >= CAST(:param_4 AS TIMESTAMP)) THEN date_trunc(date(`events_1`.`occurred_at`, :param_5), WEEK(MONDAY)) END) AS `f0`, count(DISTINCT CASE WHEN (`events_1`.`name` IN UNNEST(:param_6)) THEN date(`events_1`.`occurred_at`, :param_7) END) AS `f1`, count(DISTINCT CASE WHEN (`events_1`.`name` IN UNNEST(:param_6)) THEN date_trunc(date(`events_1`.`occurred_at`, :param_8), MONTH) END) AS `f2`
FROM `product`.`events` AS `events_1` JOIN `anon_1` ON `anon_1`.`c0` = `events_1`.`user_id`
WHERE `events_1`.`occurred_at` <= CAST(:param_9 AS TIMESTAMP) GROUP BY `anon_1`.`c0`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_2`.`f0`, :coalesce_1) >= :param_10 AND coalesce(`anon_2`.`f1`, :coalesce_2) >= :param_11 AND coalesce(`anon_2`.`f2`, :coalesce_3) >= :param_12 ORDER BY `key`;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_1 = 'America/New_York'
-- :param_10 = 3
-- :param_11 = 5
-- :param_12 = 2
-- :param_2 = 7000
-- :param_3 = "['login']"
-- :param_4 = '2026-02-10 05:00:00.000000+00:00'
-- :param_5 = 'America/New_York'
-- :param_6 = "['used']"
-- :param_7 = 'America/New_York'
-- :param_8 = 'America/New_York'
-- :param_9 = '2026-03-10 13:00:00.000000+00:00'
