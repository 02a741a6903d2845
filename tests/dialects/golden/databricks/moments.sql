WITH anon_1 AS
(SELECT users_1.user_id AS c0, users_1.signed_up_at AS c1, users_1.born_on AS c2, to_utc_timestamp(CAST(users_1.born_on AS TIMESTAMP_NTZ), :`param_1`) AS c3, to_utc_timestamp(CAST(date_add(add_months(users_1.born_on, CAST(:`param_2` AS INT)), CAST(:`param_3` AS INT)) AS TIMESTAMP_NTZ), :`param_4`) AS c4
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.plan AS plan, accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:`param_5_1`)) AS anon_2 ON anon_2.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND users_1.signed_up_at >= to_utc_timestamp(CAST(date_add(add_months(anon_2.renews_on, CAST(:`param_6` AS INT)), CAST(:`param_7` AS INT)) AS TIMESTAMP_NTZ), :`param_8`))
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) FILTER (WHERE events_1.name IN (:`param_9_1`) AND events_1.occurred_at >= timestamp_micros(unix_micros(anon_1.c1) + :`param_10`)) AS f0, count(*) FILTER (WHERE events_1.name IN (:`param_11_1`) AND events_1.occurred_at >= anon_1.c3 AND events_1.occurred_at < anon_1.c4) AS f1
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= :`param_12` GROUP BY anon_1.c0) AS anon_3 ON anon_3.key = anon_1.c0
WHERE coalesce(anon_3.f0, :`coalesce_1`) > :`param_13` AND coalesce(anon_3.f1, :`coalesce_2`) > :`param_14` ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :param_1 = 'America/New_York'
-- :param_10 = 5400000000
-- :param_11_1 = 'used'
-- :param_12 = '2026-03-10T13:00:00+00:00'
-- :param_13 = 0
-- :param_14 = 0
-- :param_2 = 12
-- :param_3 = 1
-- :param_4 = 'America/New_York'
-- :param_5_1 = False
-- :param_6 = -3
-- :param_7 = 1
-- :param_8 = 'America/New_York'
-- :param_9_1 = 'login'
