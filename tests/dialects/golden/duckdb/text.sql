SELECT users_1.user_id AS key
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND contains(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END, :param_1) AND ends_with(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END, :param_2) AND starts_with(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END, :param_3) AND users_1.role IN (:param_4, :param_5) AND (users_1.email != :param_6 OR CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END IS NULL) ORDER BY key;
-- :param_1 = '50%_off'
-- :param_2 = '@example.com'
-- :param_3 = 'a'
-- :param_4 = 'admin'
-- :param_5 = 'member'
-- :param_6 = 'blank '
