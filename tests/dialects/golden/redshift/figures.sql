WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.active = :param_1 AND CASE WHEN (abs(users_1.score) <= :abs_1) THEN users_1.score END > CASE WHEN (abs(users_1.visits * :param_2) < :abs_2) THEN CASE WHEN (abs(round(users_1.visits * :param_2 * :param_3) - users_1.visits * :param_2 * :param_3) = :abs_3) THEN round((users_1.visits * :param_2 * :param_3) / CAST(:param_4 AS DOUBLE PRECISION)) * :round_1 ELSE round(users_1.visits * :param_2 * :param_3) END / CAST(:param_5 AS DOUBLE PRECISION) WHEN (abs(users_1.visits * :param_2) <= :abs_4) THEN users_1.visits * :param_2 ELSE NULL END)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT CASE WHEN (events_1.name IN (:param_6_1) AND CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END > :param_7) THEN CASE WHEN BTRIM(events_1.feature, :param_8) <> '' THEN events_1.feature END END) AS f0, CASE WHEN (abs(avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END)) < :abs_6) THEN CASE WHEN (abs(round((avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END)) * :param_10) - (avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END)) * :param_10) = :abs_7) THEN round(((avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END)) * :param_10) / CAST(:param_11 AS DOUBLE PRECISION)) * :round_2 ELSE round((avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END)) * :param_10) END / CAST(:param_12 AS DOUBLE PRECISION) WHEN (abs(avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END)) <= :abs_8) THEN avg(CASE WHEN (events_1.name IN (:param_9_1)) THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE PRECISION) END) ELSE NULL END AS f1, CASE WHEN (abs(max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) < :abs_9) THEN CASE WHEN (abs(round((max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_13) - (max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_13) = :abs_10) THEN round(((max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_13) / CAST(:param_14 AS DOUBLE PRECISION)) * :round_3 ELSE round((max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_13) END / CAST(:param_15 AS DOUBLE PRECISION) WHEN (abs(max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) <= :abs_11) THEN max(CASE WHEN (events_1.name IN (:param_9_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END) ELSE NULL END AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= CAST(:param_16 AS TIMESTAMP WITH TIME ZONE) AND (events_1.name IN (:param_6_1) AND CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END > :param_7 OR events_1.name IN (:param_9_1)) GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) >= :param_17 AND anon_2.f1 >= :param_18 AND anon_2.f2 <= :param_19 ORDER BY key;
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
-- :param_11 = 2.0
-- :param_12 = 1000000000.0
-- :param_13 = 1000000000.0
-- :param_14 = 2.0
-- :param_15 = 1000000000.0
-- :param_16 = '2026-03-10 13:00:00.000000+00'
-- :param_17 = 2
-- :param_18 = 60
-- :param_19 = 600
-- :param_2 = 1.0
-- :param_3 = 1000000000.0
-- :param_4 = 2.0
-- :param_5 = 1000000000.0
-- :param_6_1 = 'used'
-- :param_7 = 30
-- :param_8 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_9_1 = 'used'
-- :round_1 = 2.0
-- :round_2 = 2.0
-- :round_3 = 2.0
