WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.active = :param_1 AND CASE WHEN isfinite(users_1.score) THEN CAST(users_1.score AS DOUBLE PRECISION) ELSE NULL END > CASE WHEN (abs(users_1.visits * :param_2) < :abs_1) THEN round_even(users_1.visits * :param_2 * :param_3, :round_even_1) / :round_even_2 WHEN (abs(users_1.visits * :param_2) <= :abs_2) THEN users_1.visits * :param_2 ELSE NULL END)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(DISTINCT CASE WHEN (events_1.feature BETWEEN '!' AND '~' OR regexp_matches(events_1.feature, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN events_1.feature ELSE NULL END) FILTER (WHERE CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END > :param_4) AS f0, CASE WHEN (abs(avg(CAST(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END AS DOUBLE PRECISION)) FILTER (WHERE true)) < :abs_3) THEN round_even((avg(CAST(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END AS DOUBLE PRECISION)) FILTER (WHERE true)) * :param_5, :round_even_3) / :round_even_4 WHEN (abs(avg(CAST(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END AS DOUBLE PRECISION)) FILTER (WHERE true)) <= :abs_4) THEN avg(CAST(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END AS DOUBLE PRECISION)) FILTER (WHERE true) ELSE NULL END AS f1, CASE WHEN (abs(max(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END) FILTER (WHERE true)) < :abs_5) THEN round_even((max(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END) FILTER (WHERE true)) * :param_6, :round_even_5) / :round_even_6 WHEN (abs(max(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END) FILTER (WHERE true)) <= :abs_6) THEN max(CASE WHEN isfinite(events_1.seconds) THEN CAST(events_1.seconds AS DOUBLE PRECISION) ELSE NULL END) FILTER (WHERE true) ELSE NULL END AS f2
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE make_timestamp(epoch_us(events_1.occurred_at)) <= :param_7 AND events_1.name IN (:param_8_1) GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) >= :param_9 AND anon_2.f1 >= :param_10 AND anon_2.f2 <= :param_11 ORDER BY key;
-- :abs_1 = 8388608.0
-- :abs_2 = 1.7976931348623157e+308
-- :abs_3 = 8388608.0
-- :abs_4 = 1.7976931348623157e+308
-- :abs_5 = 8388608.0
-- :abs_6 = 1.7976931348623157e+308
-- :coalesce_1 = 0
-- :param_1 = True
-- :param_10 = 60
-- :param_11 = 600
-- :param_2 = 1.0
-- :param_3 = 1000000000.0
-- :param_4 = 30
-- :param_5 = 1000000000.0
-- :param_6 = 1000000000.0
-- :param_7 = '2026-03-10T13:00:00'
-- :param_8_1 = 'used'
-- :param_9 = 2
-- :round_even_1 = 0
-- :round_even_2 = 1000000000.0
-- :round_even_3 = 0
-- :round_even_4 = 1000000000.0
-- :round_even_5 = 0
-- :round_even_6 = 1000000000.0
