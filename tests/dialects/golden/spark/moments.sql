WITH `anon_1` AS
(SELECT `users_1`.`user_id` AS `c0`, `users_1`.`signed_up_at` AS `c1`, `users_1`.`born_on` AS `c2`, to_utc_timestamp(CAST(`users_1`.`born_on` AS TIMESTAMP), 'America/New_York') AS `c3`, to_utc_timestamp(CAST(date_add(add_months(`users_1`.`born_on`, CAST(12L AS INT)), CAST(1L AS INT)) AS TIMESTAMP), 'America/New_York') AS `c4`
FROM `product`.`users` AS `users_1` LEFT OUTER JOIN (SELECT `accounts_1`.`id` AS `id`, `accounts_1`.`name` AS `name`, `accounts_1`.`plan` AS `plan`, `accounts_1`.`seats` AS `seats`, `accounts_1`.`arr` AS `arr`, `accounts_1`.`renews_on` AS `renews_on`, `accounts_1`.`regions` AS `regions`, `accounts_1`.`owner_email` AS `owner_email`, `accounts_1`.`owner` AS `owner`, `accounts_1`.`is_gone` AS `is_gone`
FROM `crm`.`accounts` AS `accounts_1`
WHERE `accounts_1`.`is_gone` IN (FALSE)) AS `anon_2` ON `anon_2`.`id` = `users_1`.`account_id`
WHERE `users_1`.`user_id` IS NOT NULL AND `users_1`.`signed_up_at` >= to_utc_timestamp(CAST(date_add(add_months(`anon_2`.`renews_on`, CAST((-3L) AS INT)), CAST(1L AS INT)) AS TIMESTAMP), 'America/New_York'))
 SELECT `anon_1`.`c0` AS `key`
FROM `anon_1` LEFT OUTER JOIN (SELECT `anon_1`.`c0` AS `key`, count(*) FILTER (WHERE `events_1`.`name` IN ('login') AND `events_1`.`occurred_at` >= timestamp_micros(unix_micros(`anon_1`.`c1`) + 5400000000L)) AS `f0`, count(*) FILTER (WHERE `events_1`.`name` IN ('used') AND `events_1`.`occurred_at` >= `anon_1`.`c3` AND `events_1`.`occurred_at` < `anon_1`.`c4`) AS `f1`
FROM `product`.`events` AS `events_1` JOIN `anon_1` ON `anon_1`.`c0` = `events_1`.`user_id`
WHERE `events_1`.`occurred_at` <= timestamp_micros(1773147600000000L) GROUP BY `anon_1`.`c0`) AS `anon_3` ON `anon_3`.`key` = `anon_1`.`c0`
WHERE coalesce(`anon_3`.`f0`, 0L) > 0L AND coalesce(`anon_3`.`f1`, 0L) > 0L ORDER BY `key`;
