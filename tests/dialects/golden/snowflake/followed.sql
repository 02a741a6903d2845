WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_3.holder AS key, count(*) AS f0
FROM (SELECT anon_4.holder AS holder, anon_4.maker AS maker, anon_4.at AS at, anon_4.follows AS follows, anon_4.c0 AS c0, anon_4.soonest AS soonest
FROM (SELECT anon_5.holder AS holder, anon_5.maker AS maker, anon_5.at AS at, anon_5.follows AS follows, anon_5.c0 AS c0, min(CASE WHEN (anon_5.follows = :follows_1) THEN anon_5.at ELSE NULL END) OVER (PARTITION BY anon_5.holder, anon_5.maker ORDER BY anon_5.at DESC, anon_5.follows ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS soonest
FROM (SELECT events_1.user_id AS holder, events_1.user_id AS maker, events_1.occurred_at AS at, :param_1 AS follows, events_1.occurred_at AS c0
FROM product.events AS events_1
WHERE events_1.user_id IS NOT NULL AND events_1.occurred_at IS NOT NULL AND events_1.name IN (:param_2_1, :param_2_2) AND events_1.occurred_at <= CAST(:param_3 AS TIMESTAMP_TZ) AND events_1.occurred_at <= CAST(:param_4 AS TIMESTAMP_TZ) UNION ALL SELECT events_2.user_id AS holder, events_2.user_id AS maker, events_2.occurred_at AS at, :param_5 AS follows, NULL AS c0
FROM product.events AS events_2
WHERE events_2.user_id IS NOT NULL AND events_2.occurred_at IS NOT NULL AND events_2.occurred_at <= CAST(:param_6 AS TIMESTAMP_TZ) AND CASE WHEN TRIM(events_2.feature, :param_7) <> '' THEN events_2.feature END = :param_8 AND events_2.name IN (:param_9_1)) AS anon_5) AS anon_4
WHERE anon_4.follows = :follows_2) AS anon_3
WHERE anon_3.holder IS NOT NULL AND anon_3.c0 <= CAST(:param_10 AS TIMESTAMP_TZ) AND anon_3.c0 <= CAST(:param_11 AS TIMESTAMP_TZ) AND (anon_3.soonest IS NULL OR anon_3.soonest > dateadd('microsecond', :param_12, anon_3.c0)) AND true GROUP BY anon_3.holder) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) > :param_13 ORDER BY key;
-- :coalesce_1 = 0
-- :follows_1 = 1
-- :follows_2 = 0
-- :param_1 = 0
-- :param_10 = '2026-03-10 13:00:00.000000+00:00'
-- :param_11 = '2026-02-24 13:00:00.000000+00:00'
-- :param_12 = 1209600000000
-- :param_13 = 0
-- :param_2_1 = 'training_completed'
-- :param_2_2 = 'course_completed'
-- :param_3 = '2026-03-10 13:00:00.000000+00:00'
-- :param_4 = '2026-02-24 13:00:00.000000+00:00'
-- :param_5 = 1
-- :param_6 = '2026-03-10 13:00:00.000000+00:00'
-- :param_7 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_8 = 'reports'
-- :param_9_1 = 'used'
