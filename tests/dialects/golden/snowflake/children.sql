WITH anon_1 AS
(SELECT anon_2.id AS c0
FROM (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_2
WHERE anon_2.id IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_4.o0 AS key, count(CASE WHEN true THEN 1 END) AS f0
FROM (SELECT users_1.user_id AS key, users_1.account_id AS o0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.role = :param_2) AS anon_4
WHERE anon_4.o0 IS NOT NULL GROUP BY anon_4.o0) AS anon_3 ON anon_3.key = anon_1.c0 LEFT OUTER JOIN (SELECT users_2.account_id AS key, count(*) AS f0
FROM product.events AS events_1 JOIN product.users AS users_2 ON users_2.user_id = events_1.user_id
WHERE users_2.account_id IS NOT NULL AND events_1.occurred_at <= CAST(:param_3 AS TIMESTAMP_TZ) AND events_1.occurred_at >= CAST(:param_4 AS TIMESTAMP_TZ) AND events_1.name IN (:param_5_1) AND true GROUP BY users_2.account_id) AS anon_5 ON anon_5.key = anon_1.c0
WHERE coalesce(anon_3.f0, :coalesce_1) >= :param_6 AND coalesce(anon_3.f0, :coalesce_1) <= :param_7 AND coalesce(anon_5.f0, :coalesce_2) > :param_8 ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :param_1_1 = False
-- :param_2 = 'admin'
-- :param_3 = '2026-03-10 13:00:00.000000+00:00'
-- :param_4 = '2026-02-08 05:00:00.000000+00:00'
-- :param_5_1 = 'login'
-- :param_6 = 2
-- :param_7 = 5
-- :param_8 = 0
