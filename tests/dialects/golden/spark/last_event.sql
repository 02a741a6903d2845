WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `events_1`.`user_id` AS `key`, max_by(CASE WHEN (`events_1`.`feature` BETWEEN '!' AND '~' OR rlike(`events_1`.`feature`, CAST(X'5b5e5c735c7830425c7831432d5c7831465c787b38357d5c707b5a7d5d' AS STRING))) THEN `events_1`.`feature` ELSE NULL END, struct(unix_micros(`events_1`.`occurred_at`), CASE WHEN (`events_1`.`feature` BETWEEN '!' AND '~' OR rlike(`events_1`.`feature`, CAST(X'5b5e5c735c7830425c7831432d5c7831465c787b38357d5c707b5a7d5d' AS STRING))) THEN `events_1`.`feature` ELSE NULL END)) FILTER (WHERE true) AS `f0`
FROM `product`.`events` AS `events_1`
WHERE `events_1`.`user_id` IS NOT NULL AND `events_1`.`occurred_at` <= timestamp_micros(1773147600000000L) AND `events_1`.`name` IN ('used') AND true GROUP BY `events_1`.`user_id`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE `anon_2`.`f0` = 'reports' ORDER BY `key`;
