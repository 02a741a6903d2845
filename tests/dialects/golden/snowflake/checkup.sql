SELECT users_1.user_id AS user_id, CASE WHEN (octet_length(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END)) = length(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END))) THEN lower(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END)) ELSE translate(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END), :param_2, :param_3) END AS anon_1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND CASE WHEN (octet_length(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END)) = length(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END))) THEN lower(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END)) ELSE translate(trim(CASE WHEN TRIM(users_1.email, :param_1) <> '' THEN users_1.email END), :param_2, :param_3) END IN (SELECT addresses.address
FROM (SELECT CAST(GET(each.value, 'c0') AS VARCHAR) AS address FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:sent_1))) AS each) AS addresses);
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_3 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)
-- :sent_1 = '[{"c0": "ann@example.com"}]'

WITH anon_1 AS
(SELECT users_1.user_id AS c0, users_1.signed_up_at AS c1, DATEADD('microsecond', FLOOR(users_1.onboarded_at * :param_1), TO_TIMESTAMP_TZ('1970-01-01 00:00:00 +00:00')) AS c2
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.signed_up_at IS NOT NULL AND users_1.signed_up_at < CAST(:param_2 AS TIMESTAMP_TZ) AND users_1.signed_up_at >= CAST(:param_3 AS TIMESTAMP_TZ) AND DATEADD('microsecond', FLOOR(users_1.onboarded_at * :param_1), TO_TIMESTAMP_TZ('1970-01-01 00:00:00 +00:00')) IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(CASE WHEN (events_1.name IN (:param_4_1, :param_4_2)) THEN 1 END) AS f0, count(CASE WHEN (events_1.name IN (:param_5_1) AND events_1.occurred_at >= CAST(:param_6 AS TIMESTAMP_TZ)) THEN 1 END) AS f1, count(CASE WHEN (events_1.name IN (:param_7_1) AND events_1.occurred_at >= anon_1.c1) THEN 1 END) AS f2, count(CASE WHEN (events_1.name IN (:param_8_1) AND events_1.feature = :param_9) THEN 1 END) AS f3
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= CAST(:param_10 AS TIMESTAMP_TZ) GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM (SELECT CAST(GET(each.value, 'c0') AS BIGINT) AS key, CAST(GET(each.value, 'c1') AS TIMESTAMP_TZ) AS at, CAST(GET(each.value, 'c2') AS BIGINT) AS own_of FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:sent_1))) AS each) AS touches_of_user_0 JOIN anon_1 ON anon_1.c0 = touches_of_user_0.key
WHERE touches_of_user_0.at <= CAST(:param_11 AS TIMESTAMP_TZ) AND touches_of_user_0.at >= anon_1.c2 GROUP BY anon_1.c0) AS anon_3 ON anon_3.key = anon_1.c0 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM crm.calls AS calls_1 JOIN anon_1 ON anon_1.c0 = calls_1.contact_id
WHERE calls_1.held_at <= CAST(:param_12 AS TIMESTAMP_TZ) AND calls_1.held_at >= anon_1.c2 GROUP BY anon_1.c0) AS anon_4 ON anon_4.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_1) > :param_13 AND coalesce(anon_2.f1, :coalesce_2) > :param_14 AND coalesce(anon_2.f2, :coalesce_3) > :param_15 AND coalesce(anon_3.f0, :coalesce_4) = :param_16 AND coalesce(anon_4.f0, :coalesce_5) = :param_17 AND coalesce(anon_2.f3, :coalesce_6) = :param_18 ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :coalesce_4 = 0
-- :coalesce_5 = 0
-- :coalesce_6 = 0
-- :param_1 = 1000000
-- :param_10 = '2026-03-10 13:00:00.000000+00:00'
-- :param_11 = '2026-03-10 13:00:00.000000+00:00'
-- :param_12 = '2026-03-10 13:00:00.000000+00:00'
-- :param_13 = 0
-- :param_14 = 0
-- :param_15 = 10
-- :param_16 = 0
-- :param_17 = 0
-- :param_18 = 0
-- :param_2 = '2026-02-09 05:00:00.000000+00:00'
-- :param_3 = '2025-12-10 05:00:00.000000+00:00'
-- :param_4_1 = 'training_completed'
-- :param_4_2 = 'course_completed'
-- :param_5_1 = 'login'
-- :param_6 = '2026-03-03 05:00:00.000000+00:00'
-- :param_7_1 = 'login'
-- :param_8_1 = 'used'
-- :param_9 = 'reports'
-- :sent_1 = '[{"c0": 7, "c1": "2026-03-01T09:00:00+00:00", "c2": null}]'
