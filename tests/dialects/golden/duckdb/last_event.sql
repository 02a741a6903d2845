WITH anon_1 AS
(SELECT users_1.user_id AS c0
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT events_1.user_id AS key, first(CASE WHEN (events_1.feature BETWEEN '!' AND '~' OR regexp_matches(events_1.feature, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN events_1.feature ELSE NULL END ORDER BY make_timestamp(epoch_us(events_1.occurred_at)) DESC, CASE WHEN (events_1.feature BETWEEN '!' AND '~' OR regexp_matches(events_1.feature, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN events_1.feature ELSE NULL END DESC NULLS LAST) FILTER (WHERE true) AS f0
FROM product.events AS events_1
WHERE events_1.user_id IS NOT NULL AND make_timestamp(epoch_us(events_1.occurred_at)) <= :param_1 AND events_1.name IN (:param_2_1) AND true GROUP BY events_1.user_id) AS anon_2 ON anon_2.key = anon_1.c0
WHERE anon_2.f0 = :param_3 ORDER BY key;
-- :param_1 = '2026-03-10T13:00:00'
-- :param_2_1 = 'used'
-- :param_3 = 'reports'
