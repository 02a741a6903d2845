WITH anon_1 AS
(SELECT anon_2.id AS c0
FROM (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_2
WHERE anon_2.id IS NOT NULL AND (EXISTS (SELECT *
FROM product.events AS events_1 INNER JOIN product.users AS users_1 ON users_1.user_id = events_1.user_id
WHERE users_1.account_id = anon_2.id AND CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_2_1) AND events_1.occurred_at <= timestamp(:param_3) AND events_1.occurred_at >= timestamp(:param_4))))
 SELECT anon_1.c0 AS `key`
FROM anon_1 LEFT OUTER JOIN (SELECT anon_4.o0 AS `key`, count(CASE WHEN true THEN 1 END) AS f0
FROM (SELECT users_2.user_id AS `key`, users_2.account_id AS o0
FROM product.users AS users_2
WHERE users_2.user_id IS NOT NULL AND CASE WHEN (CAST(users_2.`role` AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(users_2.`role` AS CHAR) END = :param_5) AS anon_4
WHERE anon_4.o0 IS NOT NULL GROUP BY anon_4.o0) AS anon_3 ON anon_3.`key` = anon_1.c0
WHERE coalesce(anon_3.f0, :coalesce_1) >= :param_6 AND coalesce(anon_3.f0, :coalesce_1) <= :param_7 ORDER BY `key`;
-- :coalesce_1 = 0
-- :param_1_1 = False
-- :param_2_1 = 'login'
-- :param_3 = '2026-03-10T13:00:00'
-- :param_4 = '2026-02-08T05:00:00'
-- :param_5 = 'admin'
-- :param_6 = 2
-- :param_7 = 5
