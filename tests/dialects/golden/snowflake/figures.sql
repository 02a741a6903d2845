WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.active = :param_1 AND CASE WHEN (abs(users_1.score) <= :abs_1) THEN users_1.score END > CASE WHEN (abs(users_1.visits * :param_2) < :abs_2) THEN CASE WHEN (abs(round(users_1.visits * :param_2 * :param_3) - users_1.visits * :param_2 * :param_3) = :abs_3) THEN round((users_1.visits * :param_2 * :param_3) / :param_4) * :round_1 ELSE round(users_1.visits * :param_2 * :param_3) END / :param_5 WHEN (abs(users_1.visits * :param_2) <= :abs_4) THEN users_1.visits * :param_2 ELSE NULL END)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT CASE WHEN (CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END > :param_6) THEN CASE WHEN TRIM(events_1.feature, :param_7) <> '' THEN events_1.feature END END) AS f0, CASE WHEN (abs(avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END)) < :abs_6) THEN CASE WHEN (abs(round((avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END)) * :param_8) - (avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END)) * :param_8) = :abs_7) THEN round(((avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END)) * :param_8) / :param_9) * :round_2 ELSE round((avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END)) * :param_8) END / :param_10 WHEN (abs(avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END)) <= :abs_8) THEN avg(CASE WHEN true THEN CAST(CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END AS DOUBLE) END) ELSE NULL END AS f1, CASE WHEN (abs(max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) < :abs_9) THEN CASE WHEN (abs(round((max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_11) - (max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_11) = :abs_10) THEN round(((max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_11) / :param_12) * :round_3 ELSE round((max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) * :param_11) END / :param_13 WHEN (abs(max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END)) <= :abs_11) THEN max(CASE WHEN true THEN CASE WHEN (abs(events_1.seconds) <= :abs_5) THEN events_1.seconds END END) ELSE NULL END AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= CAST(:param_14 AS TIMESTAMP_TZ) AND events_1.name IN (:param_15_1) GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
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
-- :param_14 = '2026-03-10 13:00:00.000000+00:00'
-- :param_15_1 = 'used'
-- :param_16 = 2
-- :param_17 = 60
-- :param_18 = 600
-- :param_2 = 1.0
-- :param_3 = 1000000000.0
-- :param_4 = 2.0
-- :param_5 = 1000000000.0
-- :param_6 = 30
-- :param_7 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_8 = 1000000000.0
-- :param_9 = 2.0
-- :round_1 = 2.0
-- :round_2 = 2.0
-- :round_3 = 2.0
