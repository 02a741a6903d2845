SELECT users_1.user_id AS key
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_1 ON anon_1.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND list_contains(list_filter(CAST(users_1.tags AS VARCHAR[]), lambda x: regexp_matches(x, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')), :param_2) AND (list_contains(CASE WHEN (anon_1.regions BETWEEN '!' AND '~' OR regexp_matches(anon_1.regions, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN list_filter(list_transform(string_split(anon_1.regions, ';'), lambda x: trim(x, '









  　')), lambda x: regexp_matches(x, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) ELSE NULL END, :param_3) OR list_contains(CASE WHEN (anon_1.regions BETWEEN '!' AND '~' OR regexp_matches(anon_1.regions, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN list_filter(list_transform(string_split(anon_1.regions, ';'), lambda x: trim(x, '









  　')), lambda x: regexp_matches(x, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) ELSE NULL END, :param_4)) ORDER BY key;
-- :param_1_1 = False
-- :param_2 = 'beta'
-- :param_3 = 'emea'
-- :param_4 = 'apac'
