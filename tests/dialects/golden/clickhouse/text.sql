SELECT `users_1`.`user_id` AS `key`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND position(CASE WHEN match(`users_1`.`email`, concat('[^', :param_1, ']')) THEN `users_1`.`email` END, :param_2) > :position_1 AND endsWith(CASE WHEN match(`users_1`.`email`, concat('[^', :param_1, ']')) THEN `users_1`.`email` END, :param_3) = :endsWith_1 AND startsWith(CASE WHEN match(`users_1`.`email`, concat('[^', :param_1, ']')) THEN `users_1`.`email` END, :param_4) = :startsWith_1 AND `users_1`.`role` IN (:param_5, :param_6) AND (`users_1`.`email` != :param_7 OR CASE WHEN match(`users_1`.`email`, concat('[^', :param_1, ']')) THEN `users_1`.`email` END IS NULL) ORDER BY `key`
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, cast_keep_nullable = 1;
-- :endsWith_1 = 1
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = '50%_off'
-- :param_3 = '@example.com'
-- :param_4 = 'a'
-- :param_5 = 'admin'
-- :param_6 = 'member'
-- :param_7 = 'blank '
-- :position_1 = 0
-- :startsWith_1 = 1
