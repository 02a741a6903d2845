SELECT users_1.user_id AS user_id, CASE WHEN (strlen(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END)) = length(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END))) THEN lower(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END)) ELSE translate(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END), :param_1, :param_2) END AS anon_1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND CASE WHEN (strlen(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END)) = length(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END))) THEN lower(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END)) ELSE translate(trim(CASE WHEN (users_1.email BETWEEN '!' AND '~' OR regexp_matches(users_1.email, '[^\s\x0B\x1C-\x1F\x{85}\p{Z}]')) THEN users_1.email ELSE NULL END), :param_1, :param_2) END IN (SELECT addresses.address
FROM (SELECT struct_extract(anon_2.row, :struct_extract_1) AS address
FROM (SELECT unnest(from_json(:addresses_1, '[{"c0": "VARCHAR"}]')) AS row) AS anon_2) AS addresses);
-- :addresses_1 = '[{"c0": "ann@example.com"}]'
-- :param_1 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_2 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)
-- :struct_extract_1 = 'c0'

WITH anon_1 AS
(SELECT users_1.user_id AS c0, make_timestamp(epoch_us(users_1.signed_up_at)) AS c1, CASE WHEN (TRY_CAST(users_1.onboarded_at AS NUMERIC(38, 9)) BETWEEN :param_1 AND :param_2) THEN make_timestamp(CAST(floor(TRY_CAST(users_1.onboarded_at AS NUMERIC(38, 9)) * :param_3) AS BIGINT)) ELSE NULL END AS c2
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND make_timestamp(epoch_us(users_1.signed_up_at)) IS NOT NULL AND make_timestamp(epoch_us(users_1.signed_up_at)) < :param_4 AND make_timestamp(epoch_us(users_1.signed_up_at)) >= :param_5 AND CASE WHEN (TRY_CAST(users_1.onboarded_at AS NUMERIC(38, 9)) BETWEEN :param_1 AND :param_2) THEN make_timestamp(CAST(floor(TRY_CAST(users_1.onboarded_at AS NUMERIC(38, 9)) * :param_3) AS BIGINT)) ELSE NULL END IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) FILTER (WHERE events_1.name IN (:param_6_1, :param_6_2)) AS f0, count(*) FILTER (WHERE events_1.name IN (:param_7_1) AND make_timestamp(epoch_us(events_1.occurred_at)) >= :param_8) AS f1, count(*) FILTER (WHERE events_1.name IN (:param_9_1) AND make_timestamp(epoch_us(events_1.occurred_at)) >= anon_1.c1) AS f2, count(*) FILTER (WHERE events_1.name IN (:param_10_1) AND events_1.feature = :param_11) AS f3
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE make_timestamp(epoch_us(events_1.occurred_at)) <= :param_12 GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM (SELECT struct_extract(anon_4.row, :struct_extract_1) AS key, make_timestamp(struct_extract(anon_4.row, :struct_extract_2)) AS "at", struct_extract(anon_4.row, :struct_extract_3) AS own_of
FROM (SELECT unnest(from_json(:touches_of_user_0_1, '[{"c0": "BIGINT", "c1": "BIGINT", "c2": "BIGINT"}]')) AS row) AS anon_4) AS touches_of_user_0 JOIN anon_1 ON anon_1.c0 = touches_of_user_0.key
WHERE touches_of_user_0."at" <= :param_13 AND touches_of_user_0."at" >= anon_1.c2 GROUP BY anon_1.c0) AS anon_3 ON anon_3.key = anon_1.c0 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM crm.calls AS calls_1 JOIN anon_1 ON anon_1.c0 = calls_1.contact_id
WHERE make_timestamp(epoch_us(calls_1.held_at)) <= :param_14 AND make_timestamp(epoch_us(calls_1.held_at)) >= anon_1.c2 GROUP BY anon_1.c0) AS anon_5 ON anon_5.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) > :param_15 AND coalesce(anon_2.f1, :coalesce_2) > :param_16 AND coalesce(anon_2.f2, :coalesce_3) > :param_17 AND coalesce(anon_3.f0, :coalesce_4) = :param_18 AND coalesce(anon_5.f0, :coalesce_5) = :param_19 AND coalesce(anon_2.f3, :coalesce_6) = :param_20 ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :coalesce_4 = 0
-- :coalesce_5 = 0
-- :coalesce_6 = 0
-- :param_1 = -62135596800
-- :param_10_1 = 'used'
-- :param_11 = 'reports'
-- :param_12 = '2026-03-10T13:00:00'
-- :param_13 = '2026-03-10T13:00:00'
-- :param_14 = '2026-03-10T13:00:00'
-- :param_15 = 0
-- :param_16 = 0
-- :param_17 = 10
-- :param_18 = 0
-- :param_19 = 0
-- :param_2 = 253402300799
-- :param_20 = 0
-- :param_3 = 1000000
-- :param_4 = '2026-02-09T05:00:00'
-- :param_5 = '2025-12-10T05:00:00'
-- :param_6_1 = 'training_completed'
-- :param_6_2 = 'course_completed'
-- :param_7_1 = 'login'
-- :param_8 = '2026-03-03T05:00:00'
-- :param_9_1 = 'login'
-- :struct_extract_1 = 'c0'
-- :struct_extract_2 = 'c1'
-- :struct_extract_3 = 'c2'
-- :touches_of_user_0_1 = '[{"c0": 7, "c1": 1772355600000000, "c2": null}]'
