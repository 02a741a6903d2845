SELECT users_1.user_id AS [key]
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND coalesce((SELECT count(DISTINCT CASE WHEN TRIM(:param_1 FROM events_1.feature) <> N'' THEN events_1.feature COLLATE Latin1_General_100_BIN2 END) AS count_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND (events_1.name COLLATE Latin1_General_100_BIN2) IN (:param_2_1) AND events_1.occurred_at <= CAST(:param_3 AS datetimeoffset(6)) AND CASE WHEN (abs(events_1.seconds) <= :abs_1) THEN events_1.seconds END > :param_4), :coalesce_1) >= :param_5 AND (SELECT CASE WHEN (abs(avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION))) < :abs_3) THEN CASE WHEN (abs(round(avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION)) * :avg_1, 0) - avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION)) * :avg_1) = :abs_4) THEN round((avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION)) * :avg_1) / (:param_6 + 0.0), 0) * :round_1 ELSE round(avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION)) * :avg_1, 0) END / (:param_7 + 0.0) WHEN (abs(avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION))) <= :abs_5) THEN avg(CAST(CASE WHEN (abs(events_2.seconds) <= :abs_2) THEN events_2.seconds END AS DOUBLE PRECISION)) ELSE NULL END AS anon_1
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND (events_2.name COLLATE Latin1_General_100_BIN2) IN (:param_8_1) AND events_2.occurred_at <= CAST(:param_9 AS datetimeoffset(6))) >= :param_10 AND (SELECT CASE WHEN (abs(max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END)) < :abs_7) THEN CASE WHEN (abs(round(max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END) * :max_1, 0) - max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END) * :max_1) = :abs_8) THEN round((max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END) * :max_1) / (:param_11 + 0.0), 0) * :round_2 ELSE round(max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END) * :max_1, 0) END / (:param_12 + 0.0) WHEN (abs(max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END)) <= :abs_9) THEN max(CASE WHEN (abs(events_3.seconds) <= :abs_6) THEN events_3.seconds END) ELSE NULL END AS anon_2
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND (events_3.name COLLATE Latin1_General_100_BIN2) IN (:param_13_1) AND events_3.occurred_at <= CAST(:param_14 AS datetimeoffset(6))) <= :param_15 AND users_1.active = :param_16 AND CASE WHEN (abs(users_1.score) <= :abs_10) THEN users_1.score END > CASE WHEN (abs(users_1.visits * :param_17) < :abs_11) THEN CASE WHEN (abs(round(users_1.visits * :param_17 * :param_18, 0) - users_1.visits * :param_17 * :param_18) = :abs_12) THEN round((users_1.visits * :param_17 * :param_18) / (:param_19 + 0.0), 0) * :round_3 ELSE round(users_1.visits * :param_17 * :param_18, 0) END / (:param_20 + 0.0) WHEN (abs(users_1.visits * :param_17) <= :abs_13) THEN users_1.visits * :param_17 ELSE NULL END ORDER BY [key];
-- :abs_1 = 1.7976931348623157e+308
-- :abs_10 = 1.7976931348623157e+308
-- :abs_11 = 8388608.0
-- :abs_12 = 0.5
-- :abs_13 = 1.7976931348623157e+308
-- :abs_2 = 1.7976931348623157e+308
-- :abs_3 = 8388608.0
-- :abs_4 = 0.5
-- :abs_5 = 1.7976931348623157e+308
-- :abs_6 = 1.7976931348623157e+308
-- :abs_7 = 8388608.0
-- :abs_8 = 0.5
-- :abs_9 = 1.7976931348623157e+308
-- :avg_1 = 1000000000.0
-- :coalesce_1 = 0
-- :max_1 = 1000000000.0
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_10 = 60
-- :param_11 = 2.0
-- :param_12 = 1000000000.0
-- :param_13_1 = 'used'
-- :param_14 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_15 = 600
-- :param_16 = True
-- :param_17 = 1.0
-- :param_18 = 1000000000.0
-- :param_19 = 2.0
-- :param_20 = 1000000000.0
-- :param_2_1 = 'used'
-- :param_3 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_4 = 30
-- :param_5 = 2
-- :param_6 = 2.0
-- :param_7 = 1000000000.0
-- :param_8_1 = 'used'
-- :param_9 = '2026-03-10 13:00:00.000000 +00:00'
-- :round_1 = 2.0
-- :round_2 = 2.0
-- :round_3 = 2.0
