WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `events_1`.`user_id` AS `key`, tupleElement(argMaxIf(tuple(CASE WHEN match(`events_1`.`feature`, concat('[^', :param_1, ']')) THEN `events_1`.`feature` END), (toUnixTimestamp64Micro(`events_1`.`occurred_at`), isNotNull(CASE WHEN match(`events_1`.`feature`, concat('[^', :param_1, ']')) THEN `events_1`.`feature` END), assumeNotNull(CASE WHEN match(`events_1`.`feature`, concat('[^', :param_1, ']')) THEN `events_1`.`feature` END)), true), 1) AS `f0`
FROM `product`.`events` AS `events_1`
WHERE `events_1`.`user_id` IS NOT NULL AND `events_1`.`occurred_at` <= toDateTime64(:param_2, 6, 'UTC') AND `events_1`.`name` IN (:param_3_1) AND true GROUP BY `events_1`.`user_id`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE `anon_2`.`f0` = :param_4 ORDER BY `key`
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = '2026-03-10 13:00:00.000000'
-- :param_3_1 = 'used'
-- :param_4 = 'reports'
