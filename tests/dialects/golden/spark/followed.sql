WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_3`.`holder` AS `key`, count(*) AS `f0`
FROM (SELECT `anon_4`.`holder` AS `holder`, `anon_4`.`maker` AS `maker`, `anon_4`.`at` AS `at`, `anon_4`.`follows` AS `follows`, `anon_4`.`c0` AS `c0`, `anon_4`.`soonest` AS `soonest`
FROM (SELECT `anon_5`.`holder` AS `holder`, `anon_5`.`maker` AS `maker`, `anon_5`.`at` AS `at`, `anon_5`.`follows` AS `follows`, `anon_5`.`c0` AS `c0`, min(CASE WHEN (`anon_5`.`follows` = 1L) THEN `anon_5`.`at` ELSE NULL END) OVER (PARTITION BY `anon_5`.`holder`, `anon_5`.`maker` ORDER BY `anon_5`.`at` DESC, `anon_5`.`follows` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `soonest`
FROM (SELECT `events_1`.`user_id` AS `holder`, `events_1`.`user_id` AS `maker`, `events_1`.`occurred_at` AS `at`, 0L AS `follows`, `events_1`.`occurred_at` AS `c0`
FROM `product`.`events` AS `events_1`
WHERE `events_1`.`user_id` IS NOT NULL AND `events_1`.`occurred_at` IS NOT NULL AND `events_1`.`name` IN ('training_completed', 'course_completed') AND `events_1`.`occurred_at` <= timestamp_micros(1773147600000000L) AND `events_1`.`occurred_at` <= timestamp_micros(1771938000000000L) UNION ALL SELECT `events_2`.`user_id` AS `holder`, `events_2`.`user_id` AS `maker`, `events_2`.`occurred_at` AS `at`, 1L AS `follows`, NULL AS `c0`
FROM `product`.`events` AS `events_2`
WHERE `events_2`.`user_id` IS NOT NULL AND `events_2`.`occurred_at` IS NOT NULL AND `events_2`.`occurred_at` <= timestamp_micros(1773147600000000L) AND CASE WHEN (`events_2`.`feature` BETWEEN '!' AND '~' OR rlike(`events_2`.`feature`, CAST(X'5b5e5c735c7830425c7831432d5c7831465c787b38357d5c707b5a7d5d' AS STRING))) THEN `events_2`.`feature` ELSE NULL END = 'reports' AND `events_2`.`name` IN ('used')) AS `anon_5`) AS `anon_4`
WHERE `anon_4`.`follows` = 0L) AS `anon_3`
WHERE `anon_3`.`holder` IS NOT NULL AND `anon_3`.`c0` <= timestamp_micros(1773147600000000L) AND `anon_3`.`c0` <= timestamp_micros(1771938000000000L) AND (`anon_3`.`soonest` IS NULL OR `anon_3`.`soonest` > timestamp_micros(unix_micros(`anon_3`.`c0`) + 1209600000000L)) AND true GROUP BY `anon_3`.`holder`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_2`.`f0`, 0L) > 0L ORDER BY `key`;
