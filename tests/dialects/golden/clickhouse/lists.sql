SELECT `users_1`.`user_id` AS `key`
FROM `product`.`users` AS `users_1` LEFT OUTER JOIN (SELECT `accounts_1`.`id` AS `id`, `accounts_1`.`name` AS `name`, `accounts_1`.`plan` AS `plan`, `accounts_1`.`seats` AS `seats`, `accounts_1`.`arr` AS `arr`, `accounts_1`.`renews_on` AS `renews_on`, `accounts_1`.`regions` AS `regions`, `accounts_1`.`owner_email` AS `owner_email`, `accounts_1`.`owner` AS `owner`, `accounts_1`.`is_gone` AS `is_gone`
FROM `crm`.`accounts` AS `accounts_1`
WHERE `accounts_1`.`is_gone` IN (:param_1_1)) AS `anon_1` ON `anon_1`.`id` = `users_1`.`account_id`
WHERE `users_1`.`user_id` IS NOT NULL AND has(`users_1`.`tags`, :param_2) = :has_1 AND (has(CASE WHEN match(`anon_1`.`regions`, concat('[^', :param_3, ']')) THEN arrayMap(m -> replaceRegexpAll(m, concat('^[', :param_5, ']+|[', :param_5, ']+$'), ''), splitByString(:param_4, `anon_1`.`regions`)) END, :param_6) = :has_2 OR has(CASE WHEN match(`anon_1`.`regions`, concat('[^', :param_3, ']')) THEN arrayMap(m -> replaceRegexpAll(m, concat('^[', :param_5, ']+|[', :param_5, ']+$'), ''), splitByString(:param_4, `anon_1`.`regions`)) END, :param_7) = :has_3) ORDER BY `key`
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :has_1 = 1
-- :has_2 = 1
-- :has_3 = 1
-- :param_1_1 = False
-- :param_2 = 'beta'
-- :param_3 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_4 = ';'
-- :param_5 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_6 = 'emea'
-- :param_7 = 'apac'
