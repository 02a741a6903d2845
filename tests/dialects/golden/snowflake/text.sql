SELECT users_1.user_id AS key
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND contains(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END, :param_2) AND endswith(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END, :param_3) AND startswith(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END, :param_4) AND users_1.role IN (:param_5, :param_6) AND (users_1.email != :param_7 OR CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END IS NULL) ORDER BY key;
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = '50%_off'
-- :param_3 = '@example.com'
-- :param_4 = 'a'
-- :param_5 = 'admin'
-- :param_6 = 'member'
-- :param_7 = 'blank '
