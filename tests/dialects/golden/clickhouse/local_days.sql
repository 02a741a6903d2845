WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND dateDiff('day', `users_1`.`born_on`, toDate32(toTimeZone(`users_1`.`signed_up_at`, :param_1))) >= :param_2)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(DISTINCT addDays(toDate32(toTimeZone(`events_1`.`occurred_at`, :param_3)), :toDayOfWeek_1 - toDayOfWeek(toDate32(toTimeZone(`events_1`.`occurred_at`, :param_3))))) FILTER (WHERE `events_1`.`name` IN (:param_4_1) AND `events_1`.`occurred_at` >= toDateTime64(:param_5, 6, 'UTC')) AS `f0`, count(DISTINCT toDate32(toTimeZone(`events_1`.`occurred_at`, :param_6))) FILTER (WHERE `events_1`.`name` IN (:param_7_1)) AS `f1`, count(DISTINCT toYYYYMM(toDate32(toTimeZone(`events_1`.`occurred_at`, :param_8)))) FILTER (WHERE `events_1`.`name` IN (:param_7_1)) AS `f2`
FROM `product`.`events` AS `events_1` INNER JOIN `anon_1` ON `anon_1`.`c0` = `events_1`.`user_id`
WHERE `events_1`.`occurred_at` <= toDateTime64(:param_9, 6, 'UTC') GROUP BY `anon_1`.`c0`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_2`.`f0`, :coalesce_1) >= :param_10 AND coalesce(`anon_2`.`f1`, :coalesce_2) >= :param_11 AND coalesce(`anon_2`.`f2`, :coalesce_3) >= :param_12 ORDER BY `key`
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_1 = 'America/New_York'
-- :param_10 = 3
-- :param_11 = 5
-- :param_12 = 2
-- :param_2 = 7000
-- :param_3 = 'America/New_York'
-- :param_4_1 = 'login'
-- :param_5 = '2026-02-10 05:00:00.000000'
-- :param_6 = 'America/New_York'
-- :param_7_1 = 'used'
-- :param_8 = 'America/New_York'
-- :param_9 = '2026-03-10 13:00:00.000000'
-- :toDayOfWeek_1 = 1
