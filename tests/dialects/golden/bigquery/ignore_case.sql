SELECT `users_1`.`user_id` AS `key`
FROM `product`.`users` AS `users_1`
WHERE `users_1`.`user_id` IS NOT NULL AND ends_with(CASE WHEN (char_length(CASE WHEN TRIM(`users_1`.`email`, :param_1) <> '' THEN `users_1`.`email` END) = byte_length(CASE WHEN TRIM(`users_1`.`email`, :param_1) <> '' THEN `users_1`.`email` END)) THEN lower(CASE WHEN TRIM(`users_1`.`email`, :param_1) <> '' THEN `users_1`.`email` END) ELSE translate(CASE WHEN TRIM(`users_1`.`email`, :param_1) <> '' THEN `users_1`.`email` END, :param_2, :param_3) END, :param_4) ORDER BY `key`;
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_3 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)
-- :param_4 = '@example.com'
