WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND datediff('day', users_1.born_on, CAST(convert_timezone(:param_1, users_1.signed_up_at) AS DATE)) >= :param_2)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT CASE WHEN (events_1.name IN (:param_3_1) AND events_1.occurred_at >= CAST(:param_4 AS TIMESTAMP_TZ)) THEN dateadd('day', :dayofweekiso_1 - dayofweekiso(CAST(convert_timezone(:param_5, events_1.occurred_at) AS DATE)), CAST(convert_timezone(:param_5, events_1.occurred_at) AS DATE)) END) AS f0, count(DISTINCT CASE WHEN (events_1.name IN (:param_6_1)) THEN CAST(convert_timezone(:param_7, events_1.occurred_at) AS DATE) END) AS f1, count(DISTINCT CASE WHEN (events_1.name IN (:param_6_1)) THEN date_trunc('month', CAST(convert_timezone(:param_8, events_1.occurred_at) AS DATE)) END) AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= CAST(:param_9 AS TIMESTAMP_TZ) GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) >= :param_10 AND coalesce(anon_2.f1, :coalesce_2) >= :param_11 AND coalesce(anon_2.f2, :coalesce_3) >= :param_12 ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :dayofweekiso_1 = 1
-- :param_1 = 'America/New_York'
-- :param_10 = 3
-- :param_11 = 5
-- :param_12 = 2
-- :param_2 = 7000
-- :param_3_1 = 'login'
-- :param_4 = '2026-02-10 05:00:00.000000+00:00'
-- :param_5 = 'America/New_York'
-- :param_6_1 = 'used'
-- :param_7 = 'America/New_York'
-- :param_8 = 'America/New_York'
-- :param_9 = '2026-03-10 13:00:00.000000+00:00'
