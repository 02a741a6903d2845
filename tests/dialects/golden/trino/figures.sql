WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.active = :param_1 AND CASE WHEN (abs(users_1.score) <= :abs_1) THEN users_1.score END > CASE WHEN (abs(users_1.visits * :param_2) < :abs_2) THEN CASE WHEN (abs(round(users_1.visits * :param_2 * :param_3) - users_1.visits * :param_2 * :param_3) = :abs_3) THEN round((users_1.visits * :param_2 * :param_3) / CAST(:param_4 AS DOUBLE)) * :round_1 ELSE round(users_1.visits * :param_2 * :param_3) END / CAST(:param_5 AS DOUBLE) WHEN (abs(users_1.visits * :param_2) <= :abs_4) THEN users_1.visits * :param_2 ELSE NULL END)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT CASE WHEN TRIM(BOTH :param_6 FROM events_1.feature) <> '' THEN events_1.feature END) FILTER (WHERE CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END > :param_7) AS f0, CASE WHEN (abs(avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true)) < :abs_6) THEN CASE WHEN (abs(round((avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true)) * :param_8) - (avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true)) * :param_8) = :abs_7) THEN round(((avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true)) * :param_8) / CAST(:param_9 AS DOUBLE)) * :round_2 ELSE round((avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true)) * :param_8) END / CAST(:param_10 AS DOUBLE) WHEN (abs(avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true)) <= :abs_8) THEN avg(CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE)) FILTER (WHERE true) ELSE NULL END AS f1, CASE WHEN (abs(max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true)) < :abs_9) THEN CASE WHEN (abs(round((max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true)) * :param_11) - (max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true)) * :param_11) = :abs_10) THEN round(((max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true)) * :param_11) / CAST(:param_12 AS DOUBLE)) * :round_3 ELSE round((max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true)) * :param_11) END / CAST(:param_13 AS DOUBLE) WHEN (abs(max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true)) <= :abs_11) THEN max(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END) FILTER (WHERE true) ELSE NULL END AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= CAST(:param_14 AS TIMESTAMP(6) WITH TIME ZONE) AND events_1.name IN (:param_15_1) GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) >= :param_16 AND anon_2.f1 >= :param_17 AND anon_2.f2 <= :param_18 ORDER BY key;
-- :abs_1 = 1.7976931348623157e+308
-- :abs_10 = 0.5
-- :abs_11 = 1.7976931348623157e+308
-- :abs_2 = 8388608.0
-- :abs_3 = 0.5
-- :abs_4 = 1.7976931348623157e+308
-- :abs_5 = 1.7976931348623157e+308
-- :abs_6 = 8388608.0
-- :abs_7 = 0.5
-- :abs_8 = 1.7976931348623157e+308
-- :abs_9 = 8388608.0
-- :coalesce_1 = 0
-- :param_1 = True
-- :param_10 = 1000000000.0
-- :param_11 = 1000000000.0
-- :param_12 = 2.0
-- :param_13 = 1000000000.0
-- :param_14 = '2026-03-10 13:00:00.000000 UTC'
-- :param_15_1 = 'used'
-- :param_16 = 2
-- :param_17 = 60
-- :param_18 = 600
-- :param_2 = 1.0
-- :param_3 = 1000000000.0
-- :param_4 = 2.0
-- :param_5 = 1000000000.0
-- :param_6 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_7 = 30
-- :param_8 = 1000000000.0
-- :param_9 = 2.0
-- :round_1 = 2.0
-- :round_2 = 2.0
-- :round_3 = 2.0
