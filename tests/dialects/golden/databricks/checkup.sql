SELECT users_1.user_id AS user_id, CASE WHEN (char_length(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END)) = octet_length(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END))) THEN lower(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END)) ELSE translate(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END), :`param_2`, :`param_3`) END AS anon_1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND CASE WHEN (char_length(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END)) = octet_length(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END))) THEN lower(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END)) ELSE translate(trim(CASE WHEN TRIM(BOTH :`param_1` FROM users_1.email) <> '' THEN users_1.email END), :`param_2`, :`param_3`) END IN (SELECT addresses.address
FROM (SELECT CAST(each['c0'] AS STRING) AS address FROM (SELECT EXPLODE(FROM_JSON(:`sent_1`, 'ARRAY<MAP<STRING, STRING>>')) AS each) AS sheet) AS addresses);
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_3 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)
-- :sent_1 = '[{"c0": "ann@example.com"}]'

WITH anon_1 AS
(SELECT users_1.user_id AS c0, users_1.signed_up_at AS c1, TIMESTAMP_MICROS(CAST(FLOOR(users_1.onboarded_at * :`param_1`) AS BIGINT)) AS c2
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.signed_up_at IS NOT NULL AND users_1.signed_up_at < :`param_2` AND users_1.signed_up_at >= :`param_3` AND TIMESTAMP_MICROS(CAST(FLOOR(users_1.onboarded_at * :`param_1`) AS BIGINT)) IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) FILTER (WHERE events_1.name IN (:`param_4_1`, :`param_4_2`)) AS f0, count(*) FILTER (WHERE events_1.name IN (:`param_5_1`) AND events_1.occurred_at >= :`param_6`) AS f1, count(*) FILTER (WHERE events_1.name IN (:`param_7_1`) AND events_1.occurred_at >= anon_1.c1) AS f2, count(*) FILTER (WHERE events_1.name IN (:`param_8_1`) AND events_1.feature = :`param_9`) AS f3
FROM product.events AS events_1 JOIN anon_1 ON anon_1.c0 = events_1.user_id
WHERE events_1.occurred_at <= :`param_10` GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM (SELECT CAST(each['c0'] AS BIGINT) AS key, CAST(each['c1'] AS TIMESTAMP) AS at, CAST(each['c2'] AS BIGINT) AS own_of FROM (SELECT EXPLODE(FROM_JSON(:`sent_1`, 'ARRAY<MAP<STRING, STRING>>')) AS each) AS sheet) AS touches_of_user_0 JOIN anon_1 ON anon_1.c0 = touches_of_user_0.key
WHERE touches_of_user_0.at <= :`param_11` AND touches_of_user_0.at >= anon_1.c2 GROUP BY anon_1.c0) AS anon_3 ON anon_3.key = anon_1.c0 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM crm.calls AS calls_1 JOIN anon_1 ON anon_1.c0 = calls_1.contact_id
WHERE calls_1.held_at <= :`param_12` AND calls_1.held_at >= anon_1.c2 GROUP BY anon_1.c0) AS anon_4 ON anon_4.key = anon_1.c0
WHERE coalesce(anon_2.f0, :`coalesce_1`) > :`param_13` AND coalesce(anon_2.f1, :`coalesce_2`) > :`param_14` AND coalesce(anon_2.f2, :`coalesce_3`) > :`param_15` AND coalesce(anon_3.f0, :`coalesce_4`) = :`param_16` AND coalesce(anon_4.f0, :`coalesce_5`) = :`param_17` AND coalesce(anon_2.f3, :`coalesce_6`) = :`param_18` ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :coalesce_4 = 0
-- :coalesce_5 = 0
-- :coalesce_6 = 0
-- :param_1 = 1000000
-- :param_10 = '2026-03-10T13:00:00+00:00'
-- :param_11 = '2026-03-10T13:00:00+00:00'
-- :param_12 = '2026-03-10T13:00:00+00:00'
-- :param_13 = 0
-- :param_14 = 0
-- :param_15 = 10
-- :param_16 = 0
-- :param_17 = 0
-- :param_18 = 0
-- :param_2 = '2026-02-09T05:00:00+00:00'
-- :param_3 = '2025-12-10T05:00:00+00:00'
-- :param_4_1 = 'training_completed'
-- :param_4_2 = 'course_completed'
-- :param_5_1 = 'login'
-- :param_6 = '2026-03-03T05:00:00+00:00'
-- :param_7_1 = 'login'
-- :param_8_1 = 'used'
-- :param_9 = 'reports'
-- :sent_1 = '[{"c0": 7, "c1": "2026-03-01T09:00:00+00:00", "c2": null}]'
