WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND datediff(CAST(from_utc_timestamp(users_1.signed_up_at, :`param_1`) AS DATE), users_1.born_on) >= :`param_2`)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT trunc(CAST(from_utc_timestamp(events_1.occurred_at, :`param_3`) AS DATE), :`param_4`)) FILTER (WHERE events_1.name IN (:`param_5_1`) AND events_1.occurred_at >= :`param_6`) AS f0, count(DISTINCT CAST(from_utc_timestamp(events_1.occurred_at, :`param_7`) AS DATE)) FILTER (WHERE events_1.name IN (:`param_8_1`)) AS f1, count(DISTINCT trunc(CAST(from_utc_timestamp(events_1.occurred_at, :`param_9`) AS DATE), :`param_10`)) FILTER (WHERE events_1.name IN (:`param_8_1`)) AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= :`param_11` GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :`coalesce_1`) >= :`param_12` AND coalesce(anon_2.f1, :`coalesce_2`) >= :`param_13` AND coalesce(anon_2.f2, :`coalesce_3`) >= :`param_14` ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_1 = 'America/New_York'
-- :param_10 = 'month'
-- :param_11 = '2026-03-10T13:00:00+00:00'
-- :param_12 = 3
-- :param_13 = 5
-- :param_14 = 2
-- :param_2 = 7000
-- :param_3 = 'America/New_York'
-- :param_4 = 'week'
-- :param_5_1 = 'login'
-- :param_6 = '2026-02-10T05:00:00+00:00'
-- :param_7 = 'America/New_York'
-- :param_8_1 = 'used'
-- :param_9 = 'America/New_York'
