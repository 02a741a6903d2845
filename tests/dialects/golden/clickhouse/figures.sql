WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND `users_1`.`active` = :param_1 AND CASE WHEN (abs(`users_1`.`score`) <= :abs_1) THEN `users_1`.`score` END > CASE WHEN (abs(`users_1`.`visits` * :param_2) < :abs_2) THEN roundBankers(`users_1`.`visits` * :param_2 * :param_3) / CAST(:roundBankers_1 AS DOUBLE) WHEN (abs(`users_1`.`visits` * :param_2) <= :abs_3) THEN `users_1`.`visits` * :param_2 ELSE NULL END)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(DISTINCT CASE WHEN match(`events_1`.`feature`, concat('[^', :param_4, ']')) THEN `events_1`.`feature` END) FILTER (WHERE CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END > :param_5) AS `f0`, CASE WHEN (abs(avg(CAST(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END AS DOUBLE)) FILTER (WHERE true)) < :abs_5) THEN roundBankers((avg(CAST(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END AS DOUBLE)) FILTER (WHERE true)) * :param_6) / CAST(:roundBankers_2 AS DOUBLE) WHEN (abs(avg(CAST(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END AS DOUBLE)) FILTER (WHERE true)) <= :abs_6) THEN avg(CAST(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END AS DOUBLE)) FILTER (WHERE true) ELSE NULL END AS `f1`, CASE WHEN (abs(max(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END) FILTER (WHERE true)) < :abs_7) THEN roundBankers((max(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END) FILTER (WHERE true)) * :param_7) / CAST(:roundBankers_3 AS DOUBLE) WHEN (abs(max(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END) FILTER (WHERE true)) <= :abs_8) THEN max(CASE WHEN (abs(`events_1`.`seconds`) <= :abs_4) THEN `events_1`.`seconds` END) FILTER (WHERE true) ELSE NULL END AS `f2`
FROM `product`.`events` AS `events_1` INNER JOIN `anon_1` ON `anon_1`.`c0` = `events_1`.`user_id`
WHERE `events_1`.`occurred_at` <= toDateTime64(:param_8, 6, 'UTC') AND `events_1`.`name` IN (:param_9_1) GROUP BY `anon_1`.`c0`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_2`.`f0`, :coalesce_1) >= :param_10 AND `anon_2`.`f1` >= :param_11 AND `anon_2`.`f2` <= :param_12 ORDER BY `key`
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :abs_1 = 1.7976931348623157e+308
-- :abs_2 = 8388608.0
-- :abs_3 = 1.7976931348623157e+308
-- :abs_4 = 1.7976931348623157e+308
-- :abs_5 = 8388608.0
-- :abs_6 = 1.7976931348623157e+308
-- :abs_7 = 8388608.0
-- :abs_8 = 1.7976931348623157e+308
-- :coalesce_1 = 0
-- :param_1 = True
-- :param_10 = 2
-- :param_11 = 60
-- :param_12 = 600
-- :param_2 = 1.0
-- :param_3 = 1000000000.0
-- :param_4 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_5 = 30
-- :param_6 = 1000000000.0
-- :param_7 = 1000000000.0
-- :param_8 = '2026-03-10 13:00:00.000000'
-- :param_9_1 = 'used'
-- :roundBankers_1 = 1000000000.0
-- :roundBankers_2 = 1000000000.0
-- :roundBankers_3 = 1000000000.0
