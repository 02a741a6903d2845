WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND datediff(CAST(from_utc_timestamp(`users_1`.`signed_up_at`, 'America/New_York') AS DATE), `users_1`.`born_on`) >= 7000L)
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(DISTINCT trunc(CAST(from_utc_timestamp(`events_1`.`occurred_at`, 'America/New_York') AS DATE), 'week')) FILTER (WHERE `events_1`.`name` IN ('login') AND `events_1`.`occurred_at` >= timestamp_micros(1770699600000000L)) AS `f0`, count(DISTINCT CAST(from_utc_timestamp(`events_1`.`occurred_at`, 'America/New_York') AS DATE)) FILTER (WHERE `events_1`.`name` IN ('used')) AS `f1`, count(DISTINCT trunc(CAST(from_utc_timestamp(`events_1`.`occurred_at`, 'America/New_York') AS DATE), 'month')) FILTER (WHERE `events_1`.`name` IN ('used')) AS `f2`
FROM `product`.`events` AS `events_1` JOIN `anon_1` ON `anon_1`.`c0` = `events_1`.`user_id`
WHERE `events_1`.`occurred_at` <= timestamp_micros(1773147600000000L) GROUP BY `anon_1`.`c0`) AS `anon_2` ON `anon_2`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_2`.`f0`, 0L) >= 3L AND coalesce(`anon_2`.`f1`, 0L) >= 5L AND coalesce(`anon_2`.`f2`, 0L) >= 2L ORDER BY `key`;
