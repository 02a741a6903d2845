SELECT min(`anon_1`.`value`) AS `min_1`
FROM (SELECT `anon_2`.`o0` AS `value`, rank() OVER (ORDER BY `anon_2`.`o0` DESC) AS `place`, count(*) OVER () AS `number`
FROM (SELECT `users_1`.`user_id` AS `key`, `anon_3`.`seats` AS `o0`
FROM `product`.`users` AS `users_1` LEFT OUTER JOIN (SELECT `accounts_1`.`id` AS `id`, `accounts_1`.`name` AS `name`, `accounts_1`.`plan` AS `plan`, `accounts_1`.`seats` AS `seats`, `accounts_1`.`arr` AS `arr`, `accounts_1`.`renews_on` AS `renews_on`, `accounts_1`.`regions` AS `regions`, `accounts_1`.`owner_email` AS `owner_email`, `accounts_1`.`owner` AS `owner`, `accounts_1`.`is_gone` AS `is_gone`
FROM `crm`.`accounts` AS `accounts_1`
WHERE `accounts_1`.`is_gone` IN (FALSE)) AS `anon_3` ON `anon_3`.`id` = `users_1`.`account_id`
WHERE `users_1`.`user_id` IS NOT NULL AND `anon_3`.`seats` IS NOT NULL) AS `anon_2`) AS `anon_1`
WHERE (`anon_1`.`place` - 1L) * 10L < `anon_1`.`number` * 1L;

SELECT `users_1`.`user_id` AS `key`
FROM `product`.`users` AS `users_1` LEFT OUTER JOIN (SELECT `accounts_1`.`id` AS `id`, `accounts_1`.`name` AS `name`, `accounts_1`.`plan` AS `plan`, `accounts_1`.`seats` AS `seats`, `accounts_1`.`arr` AS `arr`, `accounts_1`.`renews_on` AS `renews_on`, `accounts_1`.`regions` AS `regions`, `accounts_1`.`owner_email` AS `owner_email`, `accounts_1`.`owner` AS `owner`, `accounts_1`.`is_gone` AS `is_gone`
FROM `crm`.`accounts` AS `accounts_1`
WHERE `accounts_1`.`is_gone` IN (FALSE)) AS `anon_1` ON `anon_1`.`id` = `users_1`.`account_id`
WHERE `users_1`.`user_id` IS NOT NULL AND `anon_1`.`seats` >= 'the value that a statement before finds' ORDER BY `key`;
