SELECT users_1.user_id AS key
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_1 ON anon_1.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND array_contains(CAST(:param_2 AS VARIANT), users_1.tags) AND (array_contains(CAST(:param_3 AS VARIANT), CASE WHEN TRIM(anon_1.regions, :param_4) <> '' THEN TRANSFORM(SPLIT(anon_1.regions, :param_5), m -> TRIM(m, :param_6)) END) OR array_contains(CAST(:param_7 AS VARIANT), CASE WHEN TRIM(anon_1.regions, :param_4) <> '' THEN TRANSFORM(SPLIT(anon_1.regions, :param_5), m -> TRIM(m, :param_6)) END)) ORDER BY key;
-- :param_1_1 = False
-- :param_2 = 'beta'
-- :param_3 = 'emea'
-- :param_4 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_5 = ';'
-- :param_6 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_7 = 'apac'
