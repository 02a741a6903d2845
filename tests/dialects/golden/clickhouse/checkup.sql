SELECT `users_1`.`user_id` AS `user_id`, translateUTF8(trim(CASE WHEN match(`users_1`.`email`, concat('[^', :param_1, ']')) THEN `users_1`.`email` END), :param_2, :param_3) AS `translateUTF8_1`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND translateUTF8(trim(CASE WHEN match(`users_1`.`email`, concat('[^', :param_1, ']')) THEN `users_1`.`email` END), :param_2, :param_3) IN (SELECT `addresses`.`address`
FROM (SELECT accurateCastOrNull(JSONExtract(each, 'c0', 'Nullable(String)'), 'String') AS `address` FROM (SELECT arrayJoin(JSONExtractArrayRaw(:sent_1)) AS each)) AS `addresses`)
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_3 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)
-- :sent_1 = '[{"c0": "ann@example.com"}]'

WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`, `users_1`.`signed_up_at` AS `c1`, fromUnixTimestamp64Micro(toInt64(floor(`users_1`.`onboarded_at` * :param_1)), 'UTC') AS `c2`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND `users_1`.`signed_up_at` IS NOT NULL AND `users_1`.`signed_up_at` < toDateTime64(:param_2, 6, 'UTC') AND `users_1`.`signed_up_at` >= toDateTime64(:param_3, 6, 'UTC') AND fromUnixTimestamp64Micro(toInt64(floor(`users_1`.`onboarded_at` * :param_1)), 'UTC') IS NOT NULL)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(*) FILTER (WHERE `events_1`.`name` IN (:param_4_1, :param_4_2)) AS `f0`, count(*) FILTER (WHERE `events_1`.`name` IN (:param_5_1) AND `events_1`.`occurred_at` >= toDateTime64(:param_6, 6, 'UTC')) AS `f1`, count(*) FILTER (WHERE `events_1`.`name` IN (:param_7_1) AND `events_1`.`occurred_at` >= `anon_1`.`c1`) AS `f2`, count(*) FILTER (WHERE `events_1`.`name` IN (:param_8_1) AND `events_1`.`feature` = :param_9) AS `f3`
FROM `product`.`events` AS `events_1` INNER JOIN `anon_1` ON `anon_1`.`c0` = `events_1`.`user_id`
WHERE `events_1`.`occurred_at` <= toDateTime64(:param_10, 6, 'UTC') GROUP BY `anon_1`.`c0`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(*) AS `f0`
FROM (SELECT accurateCastOrNull(JSONExtract(each, 'c0', 'Nullable(String)'), 'Int64') AS `key`, accurateCastOrNull(JSONExtract(each, 'c1', 'Nullable(String)'), 'DateTime64(6, ''UTC'')') AS `at`, accurateCastOrNull(JSONExtract(each, 'c2', 'Nullable(String)'), 'Int64') AS `own_of` FROM (SELECT arrayJoin(JSONExtractArrayRaw(:sent_1)) AS each)) AS `touches_of_user_0` INNER JOIN `anon_1` ON `anon_1`.`c0` = `touches_of_user_0`.`key`
WHERE `touches_of_user_0`.`at` <= toDateTime64(:param_11, 6, 'UTC') AND `touches_of_user_0`.`at` >= `anon_1`.`c2` GROUP BY `anon_1`.`c0`) AS `anon_3` ON `anon_3`.`key` = `anon_1`.`c0` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(*) AS `f0`
FROM `crm`.`calls` AS `calls_1` INNER JOIN `anon_1` ON `anon_1`.`c0` = `calls_1`.`contact_id`
WHERE `calls_1`.`held_at` <= toDateTime64(:param_12, 6, 'UTC') AND `calls_1`.`held_at` >= `anon_1`.`c2` GROUP BY `anon_1`.`c0`) AS `anon_4` ON `anon_4`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_2`.`f0`, :coalesce_1) > :param_13 AND coalesce(`anon_2`.`f1`, :coalesce_2) > :param_14 AND coalesce(`anon_2`.`f2`, :coalesce_3) > :param_15 AND coalesce(`anon_3`.`f0`, :coalesce_4) = :param_16 AND coalesce(`anon_4`.`f0`, :coalesce_5) = :param_17 AND coalesce(`anon_2`.`f3`, :coalesce_6) = :param_18 ORDER BY `key`
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :coalesce_4 = 0
-- :coalesce_5 = 0
-- :coalesce_6 = 0
-- :param_1 = 1000000
-- :param_10 = '2026-03-10 13:00:00.000000'
-- :param_11 = '2026-03-10 13:00:00.000000'
-- :param_12 = '2026-03-10 13:00:00.000000'
-- :param_13 = 0
-- :param_14 = 0
-- :param_15 = 10
-- :param_16 = 0
-- :param_17 = 0
-- :param_18 = 0
-- :param_2 = '2026-02-09 05:00:00.000000'
-- :param_3 = '2025-12-10 05:00:00.000000'
-- :param_4_1 = 'training_completed'
-- :param_4_2 = 'course_completed'
-- :param_5_1 = 'login'
-- :param_6 = '2026-03-03 05:00:00.000000'
-- :param_7_1 = 'login'
-- :param_8_1 = 'used'
-- :param_9 = 'reports'
-- :sent_1 = '[{"c0": 7, "c1": "2026-03-01T09:00:00+00:00", "c2": null}]'
