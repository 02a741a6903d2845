SELECT users_1.user_id AS key
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND coalesce((SELECT count(DISTINCT CASE WHEN (btrim(CAST(events_1.feature AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(events_1.feature AS TEXT) COLLATE "C" END) AS count_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND events_1.name IN (:param_1_1::VARCHAR) AND events_1.occurred_at <= :param_2::TIMESTAMP WITH TIME ZONE AND CAST(CASE WHEN (events_1.seconds > -'Infinity'::double precision AND events_1.seconds < 'Infinity'::double precision) THEN events_1.seconds END AS DOUBLE PRECISION) > :param_3::BIGINT), :coalesce_1::INTEGER) >= :param_4::BIGINT AND (SELECT CASE WHEN (abs(avg(CAST(CAST(CASE WHEN (events_2.seconds > -'Infinity'::double precision AND events_2.seconds < 'Infinity'::double precision) THEN events_2.seconds END AS DOUBLE PRECISION) AS DOUBLE PRECISION))) < :abs_1) THEN round(avg(CAST(CAST(CASE WHEN (events_2.seconds > -'Infinity'::double precision AND events_2.seconds < 'Infinity'::double precision) THEN events_2.seconds END AS DOUBLE PRECISION) AS DOUBLE PRECISION)) * :avg_1) / CAST(:round_1 AS DOUBLE PRECISION) WHEN (abs(avg(CAST(CAST(CASE WHEN (events_2.seconds > -'Infinity'::double precision AND events_2.seconds < 'Infinity'::double precision) THEN events_2.seconds END AS DOUBLE PRECISION) AS DOUBLE PRECISION))) <= :abs_2) THEN avg(CAST(CAST(CASE WHEN (events_2.seconds > -'Infinity'::double precision AND events_2.seconds < 'Infinity'::double precision) THEN events_2.seconds END AS DOUBLE PRECISION) AS DOUBLE PRECISION)) ELSE NULL END AS anon_1
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND events_2.name IN (:param_5_1::VARCHAR) AND events_2.occurred_at <= :param_6::TIMESTAMP WITH TIME ZONE) >= :param_7::BIGINT AND (SELECT CASE WHEN (abs(max(CAST(CASE WHEN (events_3.seconds > -'Infinity'::double precision AND events_3.seconds < 'Infinity'::double precision) THEN events_3.seconds END AS DOUBLE PRECISION))) < :abs_3) THEN round(max(CAST(CASE WHEN (events_3.seconds > -'Infinity'::double precision AND events_3.seconds < 'Infinity'::double precision) THEN events_3.seconds END AS DOUBLE PRECISION)) * :max_1) / CAST(:round_2 AS DOUBLE PRECISION) WHEN (abs(max(CAST(CASE WHEN (events_3.seconds > -'Infinity'::double precision AND events_3.seconds < 'Infinity'::double precision) THEN events_3.seconds END AS DOUBLE PRECISION))) <= :abs_4) THEN max(CAST(CASE WHEN (events_3.seconds > -'Infinity'::double precision AND events_3.seconds < 'Infinity'::double precision) THEN events_3.seconds END AS DOUBLE PRECISION)) ELSE NULL END AS anon_2
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND events_3.name IN (:param_8_1::VARCHAR) AND events_3.occurred_at <= :param_9::TIMESTAMP WITH TIME ZONE) <= :param_10::BIGINT AND users_1.active = :param_11 AND CAST(CASE WHEN (users_1.score > -'Infinity'::double precision AND users_1.score < 'Infinity'::double precision) THEN users_1.score END AS DOUBLE PRECISION) > CASE WHEN (abs(users_1.visits * :param_12) < :abs_5) THEN round(users_1.visits * :param_12 * :param_13) / CAST(:round_3 AS DOUBLE PRECISION) WHEN (abs(users_1.visits * :param_12) <= :abs_6) THEN users_1.visits * :param_12 ELSE NULL END ORDER BY key;
-- :abs_1 = 8388608.0
-- :abs_2 = 1.7976931348623157e+308
-- :abs_3 = 8388608.0
-- :abs_4 = 1.7976931348623157e+308
-- :abs_5 = 8388608.0
-- :abs_6 = 1.7976931348623157e+308
-- :avg_1 = 1000000000.0
-- :coalesce_1 = 0
-- :max_1 = 1000000000.0
-- :param_10 = 600
-- :param_11 = True
-- :param_12 = 1.0
-- :param_13 = 1000000000.0
-- :param_1_1 = 'used'
-- :param_2 = '2026-03-10T13:00:00+00:00'
-- :param_3 = 30
-- :param_4 = 2
-- :param_5_1 = 'used'
-- :param_6 = '2026-03-10T13:00:00+00:00'
-- :param_7 = 60
-- :param_8_1 = 'used'
-- :param_9 = '2026-03-10T13:00:00+00:00'
-- :round_1 = 1000000000.0
-- :round_2 = 1000000000.0
-- :round_3 = 1000000000.0
