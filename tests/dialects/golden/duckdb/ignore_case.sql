SELECT users_1.user_id AS key
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND ends_with(CASE WHEN (strlen(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END) = length(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END)) THEN lower(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END) ELSE translate(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END, :param_1, :param_2) END, :param_3) ORDER BY key;
-- :param_1 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_2 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)
-- :param_3 = '@example.com'
