SELECT users_1.user_id AS key
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_1 ON anon_1.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND anon_1.plan IN (:param_2, :param_3) AND anon_1.renews_on >= CAST(:param_4 AS DATE) AND anon_1.renews_on <= CAST(:param_5 AS DATE) AND year(anon_1.renews_on) < :param_6 AND month(anon_1.renews_on) * :month_1 + dayofmonth(anon_1.renews_on) >= :param_7 AND month(anon_1.renews_on) * :month_2 + dayofmonth(anon_1.renews_on) <= :param_8 ORDER BY key;
-- :month_1 = 100
-- :month_2 = 100
-- :param_1_1 = False
-- :param_2 = 'pro'
-- :param_3 = 'enterprise'
-- :param_4 = '2026-03-10'
-- :param_5 = '2026-05-09'
-- :param_6 = 2026
-- :param_7 = 310
-- :param_8 = 410
