SELECT users_1.user_id AS [key]
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND charindex(:param_1, CASE WHEN TRIM(:param_2 FROM users_1.email) <> N'' THEN users_1.email COLLATE Latin1_General_100_BIN2 END) > :charindex_1 AND charindex(reverse(:param_3), reverse(CASE WHEN TRIM(:param_2 FROM users_1.email) <> N'' THEN users_1.email COLLATE Latin1_General_100_BIN2 END)) = :charindex_2 AND charindex(:param_4, CASE WHEN TRIM(:param_2 FROM users_1.email) <> N'' THEN users_1.email COLLATE Latin1_General_100_BIN2 END) = :charindex_3 AND (users_1.role COLLATE Latin1_General_100_BIN2) IN (:param_5, :param_6) AND ((users_1.email COLLATE Latin1_General_100_BIN2) != :param_7 OR CASE WHEN TRIM(:param_2 FROM users_1.email) <> N'' THEN users_1.email COLLATE Latin1_General_100_BIN2 END IS NULL) ORDER BY [key];
-- :charindex_1 = 0
-- :charindex_2 = 1
-- :charindex_3 = 1
-- :param_1 = '50%_off'
-- :param_2 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_3 = '@example.com'
-- :param_4 = 'a'
-- :param_5 = 'admin'
-- :param_6 = 'member'
-- :param_7 = 'blank '
