WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `events_1`.`user_id` AS `key`, ARRAY_AGG(CASE WHEN true THEN STRUCT(CASE WHEN TRIM(`events_1`.`feature`, :param_1) <> '' THEN `events_1`.`feature` END AS v) END IGNORE NULLS ORDER BY `events_1`.`occurred_at` DESC, CASE WHEN TRIM(`events_1`.`feature`, :param_1) <> '' THEN `events_1`.`feature` END DESC LIMIT 1)[SAFE_OFFSET(0)].v AS `f0`
FROM `product`.`events` AS `events_1`
WHERE `events_1`.`user_id` IS NOT NULL AND `events_1`.`occurred_at` <= CAST(:param_2 AS TIMESTAMP) AND `events_1`.`name` IN UNNEST(:param_3) AND true GROUP BY `events_1`.`user_id`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE `anon_2`.`f0` = :param_4 ORDER BY `key`;
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = '2026-03-10 13:00:00.000000+00:00'
-- :param_3 = "['used']"
-- :param_4 = 'reports'
