SELECT `users_1`.`user_id` AS `key`
FROM `product`.`users` AS `users_1` LEFT OUTER JOIN (SELECT `accounts_1`.`id` AS `id`, `accounts_1`.`name` AS `name`, `accounts_1`.`plan` AS `plan`, `accounts_1`.`seats` AS `seats`, `accounts_1`.`arr` AS `arr`, `accounts_1`.`renews_on` AS `renews_on`, `accounts_1`.`regions` AS `regions`, `accounts_1`.`owner_email` AS `owner_email`, `accounts_1`.`owner` AS `owner`, `accounts_1`.`is_gone` AS `is_gone`
FROM `crm`.`accounts` AS `accounts_1`
WHERE `accounts_1`.`is_gone` IN (FALSE)) AS `anon_1` ON `anon_1`.`id` = `users_1`.`account_id`
WHERE `users_1`.`user_id` IS NOT NULL AND `anon_1`.`plan` IN ('pro', 'enterprise') AND `anon_1`.`renews_on` >= DATE '2026-03-10' AND `anon_1`.`renews_on` <= DATE '2026-05-09' AND year(`anon_1`.`renews_on`) < 2026L AND month(`anon_1`.`renews_on`) * 100L + day(`anon_1`.`renews_on`) >= 310L AND month(`anon_1`.`renews_on`) * 100L + day(`anon_1`.`renews_on`) <= 410L ORDER BY `key`;
