WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND date_diff(:param_1, users_1.born_on, CAST(timezone(:param_2, timezone(:param_3, make_timestamp(epoch_us(users_1.signed_up_at)))) AS DATE)) >= :param_4)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT date_trunc(:param_5, CAST(timezone(:param_6, timezone(:param_7, make_timestamp(epoch_us(events_1.occurred_at)))) AS DATE))) FILTER (WHERE events_1.name IN (:param_8_1) AND make_timestamp(epoch_us(events_1.occurred_at)) >= :param_9) AS f0, count(DISTINCT CAST(timezone(:param_10, timezone(:param_11, make_timestamp(epoch_us(events_1.occurred_at)))) AS DATE)) FILTER (WHERE events_1.name IN (:param_12_1)) AS f1, count(DISTINCT date_trunc(:param_13, CAST(timezone(:param_14, timezone(:param_15, make_timestamp(epoch_us(events_1.occurred_at)))) AS DATE))) FILTER (WHERE events_1.name IN (:param_12_1)) AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE make_timestamp(epoch_us(events_1.occurred_at)) <= :param_16 GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) >= :param_17 AND coalesce(anon_2.f1, :coalesce_2) >= :param_18 AND coalesce(anon_2.f2, :coalesce_3) >= :param_19 ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_1 = 'day'
-- :param_10 = 'America/New_York'
-- :param_11 = 'UTC'
-- :param_12_1 = 'used'
-- :param_13 = 'month'
-- :param_14 = 'America/New_York'
-- :param_15 = 'UTC'
-- :param_16 = '2026-03-10T13:00:00'
-- :param_17 = 3
-- :param_18 = 5
-- :param_19 = 2
-- :param_2 = 'America/New_York'
-- :param_3 = 'UTC'
-- :param_4 = 7000
-- :param_5 = 'week'
-- :param_6 = 'America/New_York'
-- :param_7 = 'UTC'
-- :param_8_1 = 'login'
-- :param_9 = '2026-02-10T05:00:00'
