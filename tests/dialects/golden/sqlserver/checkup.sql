SELECT users_1.user_id AS user_id, translate(trim(CASE WHEN TRIM(:param_1 FROM users_1.email) <> N'' THEN users_1.email COLLATE Latin1_General_100_BIN2 END), :param_2, :param_3) AS translate_1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND translate(trim(CASE WHEN TRIM(:param_1 FROM users_1.email) <> N'' THEN users_1.email COLLATE Latin1_General_100_BIN2 END), :param_2, :param_3) IN (SELECT addresses.address
FROM (SELECT CAST(JSON_VALUE(each.value, '$.c0') AS nvarchar(4000)) AS address FROM OPENJSON(:sent_1) AS each) AS addresses);
-- :param_1 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_2 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,174 characters)
-- :param_3 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,174 characters)
-- :sent_1 = '[{"c0": "ann@example.com"}]'

WITH anon_1 AS
(SELECT users_1.user_id AS c0, DATEADD(microsecond, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) % 1000000, DATEADD(second, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) / 1000000 % 86400, DATEADD(day, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) / 86400000000, CAST('1970-01-01 00:00:00 +00:00' AS datetimeoffset(6))))) AS c1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.signed_up_at IS NOT NULL AND users_1.signed_up_at < CAST(:param_2 AS datetimeoffset(6)) AND users_1.signed_up_at >= CAST(:param_3 AS datetimeoffset(6)) AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND (events_1.name COLLATE Latin1_General_100_BIN2) IN (:param_4_1, :param_4_2) AND events_1.occurred_at <= CAST(:param_5 AS datetimeoffset(6)))) AND (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND (events_2.name COLLATE Latin1_General_100_BIN2) IN (:param_6_1) AND events_2.occurred_at <= CAST(:param_7 AS datetimeoffset(6)) AND events_2.occurred_at >= CAST(:param_8 AS datetimeoffset(6)))) AND coalesce((SELECT count(*) AS count_1
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND (events_3.name COLLATE Latin1_General_100_BIN2) IN (:param_9_1) AND events_3.occurred_at <= CAST(:param_10 AS datetimeoffset(6)) AND events_3.occurred_at >= users_1.signed_up_at), :coalesce_1) > :param_11 AND DATEADD(microsecond, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) % 1000000, DATEADD(second, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) / 1000000 % 86400, DATEADD(day, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) / 86400000000, CAST('1970-01-01 00:00:00 +00:00' AS datetimeoffset(6))))) IS NOT NULL AND NOT (EXISTS (SELECT *
FROM crm.calls AS calls_1
WHERE calls_1.contact_id = users_1.user_id AND calls_1.held_at <= CAST(:param_12 AS datetimeoffset(6)) AND calls_1.held_at >= DATEADD(microsecond, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) % 1000000, DATEADD(second, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) / 1000000 % 86400, DATEADD(day, CAST(FLOOR(users_1.onboarded_at * :param_1) AS bigint) / 86400000000, CAST('1970-01-01 00:00:00 +00:00' AS datetimeoffset(6))))))) AND NOT (EXISTS (SELECT *
FROM product.events AS events_4
WHERE events_4.user_id = users_1.user_id AND (events_4.name COLLATE Latin1_General_100_BIN2) IN (:param_13_1) AND events_4.occurred_at <= CAST(:param_14 AS datetimeoffset(6)) AND (events_4.feature COLLATE Latin1_General_100_BIN2) = :param_15)))
 SELECT anon_1.c0 AS [key]
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS [key], count(*) AS f0
FROM (SELECT CAST(JSON_VALUE(each.value, '$.c0') AS bigint) AS [key], CAST(JSON_VALUE(each.value, '$.c1') AS datetimeoffset(6)) AS at, CAST(JSON_VALUE(each.value, '$.c2') AS bigint) AS own_of FROM OPENJSON(:sent_1) AS each) AS touches_of_user_0 JOIN anon_1 ON anon_1.c0 = touches_of_user_0.[key]
WHERE touches_of_user_0.at <= CAST(:param_16 AS datetimeoffset(6)) AND touches_of_user_0.at >= anon_1.c1 GROUP BY anon_1.c0) AS anon_2 ON anon_2.[key] = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_2) = :param_17 ORDER BY [key];
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :param_1 = 1000000
-- :param_10 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_11 = 10
-- :param_12 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_13_1 = 'used'
-- :param_14 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_15 = 'reports'
-- :param_16 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_17 = 0
-- :param_2 = '2026-02-09 05:00:00.000000 +00:00'
-- :param_3 = '2025-12-10 05:00:00.000000 +00:00'
-- :param_4_1 = 'training_completed'
-- :param_4_2 = 'course_completed'
-- :param_5 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_6_1 = 'login'
-- :param_7 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_8 = '2026-03-03 05:00:00.000000 +00:00'
-- :param_9_1 = 'login'
-- :sent_1 = '[{"c0": 7, "c1": "2026-03-01T09:00:00+00:00", "c2": null}]'
