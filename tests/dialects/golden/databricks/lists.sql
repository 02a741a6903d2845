SELECT users_1.user_id AS key
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:`param_1_1`)) AS anon_1 ON anon_1.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND array_contains(users_1.tags, :`param_2`) AND (array_contains(CASE WHEN TRIM(BOTH :`param_3` FROM anon_1.regions) <> '' THEN TRANSFORM(SPLIT(anon_1.regions, CONCAT('\\Q', :`param_4`, '\\E')), m -> TRIM(BOTH :`param_5` FROM m)) END, :`param_6`) OR array_contains(CASE WHEN TRIM(BOTH :`param_3` FROM anon_1.regions) <> '' THEN TRANSFORM(SPLIT(anon_1.regions, CONCAT('\\Q', :`param_4`, '\\E')), m -> TRIM(BOTH :`param_5` FROM m)) END, :`param_7`)) ORDER BY key;
-- :param_1_1 = False
-- :param_2 = 'beta'
-- :param_3 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_4 = ';'
-- :param_5 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_6 = 'emea'
-- :param_7 = 'apac'
