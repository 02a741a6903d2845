SELECT users_1.user_id AS user_id, CASE WHEN (char_length(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END)) = octet_length(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END))) THEN lower(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END) COLLATE "C") ELSE translate(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END), :param_1::VARCHAR, :param_2::VARCHAR) END AS anon_1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND CASE WHEN (char_length(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END)) = octet_length(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END))) THEN lower(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END) COLLATE "C") ELSE translate(trim(CASE WHEN (btrim(CAST(users_1.email AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(users_1.email AS TEXT) COLLATE "C" END), :param_1::VARCHAR, :param_2::VARCHAR) END IN (SELECT addresses.address
FROM (SELECT anon_2.c0 COLLATE "C" AS address
FROM jsonb_to_recordset(CAST(:addresses_1::VARCHAR AS JSONB)) AS anon_2(c0 VARCHAR)) AS addresses);
-- :addresses_1 = '[{"c0": "ann@example.com"}]'
-- :param_1 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄ… (1,434 characters)
-- :param_2 = 'abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăą… (1,434 characters)

WITH anon_1 AS
(SELECT users_1.user_id AS c0, CASE WHEN (CAST(users_1.onboarded_at AS NUMERIC) BETWEEN -62135596800 AND 253402300799) THEN timestamptz 'epoch' + (CAST(floor(CAST(users_1.onboarded_at AS NUMERIC) * :param_1::INTEGER) AS BIGINT) / 86400000000) * interval '1 day' + (CAST(floor(CAST(users_1.onboarded_at AS NUMERIC) * :param_1::INTEGER) AS BIGINT) % 86400000000) * interval '1 microsecond' END AS c1
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND users_1.signed_up_at IS NOT NULL AND users_1.signed_up_at < :param_2::TIMESTAMP WITH TIME ZONE AND users_1.signed_up_at >= :param_3::TIMESTAMP WITH TIME ZONE AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND events_1.name IN (:param_4_1::VARCHAR, :param_4_2::VARCHAR) AND events_1.occurred_at <= :param_5::TIMESTAMP WITH TIME ZONE)) AND (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND events_2.name IN (:param_6_1::VARCHAR) AND events_2.occurred_at <= :param_7::TIMESTAMP WITH TIME ZONE AND events_2.occurred_at >= :param_8::TIMESTAMP WITH TIME ZONE)) AND coalesce((SELECT count(*) AS count_1
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND events_3.name IN (:param_9_1::VARCHAR) AND events_3.occurred_at <= :param_10::TIMESTAMP WITH TIME ZONE AND events_3.occurred_at >= users_1.signed_up_at), :coalesce_1::INTEGER) > :param_11::BIGINT AND CASE WHEN (CAST(users_1.onboarded_at AS NUMERIC) BETWEEN -62135596800 AND 253402300799) THEN timestamptz 'epoch' + (CAST(floor(CAST(users_1.onboarded_at AS NUMERIC) * :param_1::INTEGER) AS BIGINT) / 86400000000) * interval '1 day' + (CAST(floor(CAST(users_1.onboarded_at AS NUMERIC) * :param_1::INTEGER) AS BIGINT) % 86400000000) * interval '1 microsecond' END IS NOT NULL AND NOT (EXISTS (SELECT *
FROM crm.calls AS calls_1
WHERE calls_1.contact_id = users_1.user_id AND calls_1.held_at <= :param_12::TIMESTAMP WITH TIME ZONE AND calls_1.held_at >= CASE WHEN (CAST(users_1.onboarded_at AS NUMERIC) BETWEEN -62135596800 AND 253402300799) THEN timestamptz 'epoch' + (CAST(floor(CAST(users_1.onboarded_at AS NUMERIC) * :param_1::INTEGER) AS BIGINT) / 86400000000) * interval '1 day' + (CAST(floor(CAST(users_1.onboarded_at AS NUMERIC) * :param_1::INTEGER) AS BIGINT) % 86400000000) * interval '1 microsecond' END)) AND NOT (EXISTS (SELECT *
FROM product.events AS events_4
WHERE events_4.user_id = users_1.user_id AND events_4.name IN (:param_13_1::VARCHAR) AND events_4.occurred_at <= :param_14::TIMESTAMP WITH TIME ZONE AND events_4.feature = :param_15::VARCHAR)))
 SELECT anon_1.c0 AS key
FROM anon_1 LEFT OUTER JOIN (SELECT anon_1.c0 AS key, count(*) AS f0
FROM (SELECT anon_3.c0 AS key, anon_3.c1 AS at, anon_3.c2 AS own_of
FROM jsonb_to_recordset(CAST(:touches_of_user_0_1::VARCHAR AS JSONB)) AS anon_3(c0 BIGINT, c1 TIMESTAMP WITH TIME ZONE, c2 BIGINT)) AS touches_of_user_0 JOIN anon_1 ON anon_1.c0 = touches_of_user_0.key
WHERE touches_of_user_0.at <= :param_16::TIMESTAMP WITH TIME ZONE AND touches_of_user_0.at >= anon_1.c1 GROUP BY anon_1.c0) AS anon_2 ON anon_2.key = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_2::INTEGER) = :param_17::BIGINT ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :param_1 = 1000000
-- :param_10 = '2026-03-10T13:00:00+00:00'
-- :param_11 = 10
-- :param_12 = '2026-03-10T13:00:00+00:00'
-- :param_13_1 = 'used'
-- :param_14 = '2026-03-10T13:00:00+00:00'
-- :param_15 = 'reports'
-- :param_16 = '2026-03-10T13:00:00+00:00'
-- :param_17 = 0
-- :param_2 = '2026-02-09T05:00:00+00:00'
-- :param_3 = '2025-12-10T05:00:00+00:00'
-- :param_4_1 = 'training_completed'
-- :param_4_2 = 'course_completed'
-- :param_5 = '2026-03-10T13:00:00+00:00'
-- :param_6_1 = 'login'
-- :param_7 = '2026-03-10T13:00:00+00:00'
-- :param_8 = '2026-03-03T05:00:00+00:00'
-- :param_9_1 = 'login'
-- :touches_of_user_0_1 = '[{"c0": 7, "c1": "2026-03-01T09:00:00+00:00", "c2": null}]'
