-- refused: SQL Server cannot say local days and dates of what is stored: it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it

-- in UTC:
SELECT users_1.user_id AS [key]
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND coalesce((SELECT count(DISTINCT floor(datediff(day, '19000101', CAST(switchoffset(events_1.occurred_at, '+00:00') AS date)) / (7.0 + 0.0))) AS count_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND (events_1.name COLLATE Latin1_General_100_BIN2) IN (:param_1_1) AND events_1.occurred_at <= CAST(:param_2 AS datetimeoffset(6)) AND events_1.occurred_at >= CAST(:param_3 AS datetimeoffset(6))), :coalesce_1) >= :param_4 AND coalesce((SELECT count(DISTINCT CAST(switchoffset(events_2.occurred_at, '+00:00') AS date)) AS count_2
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND (events_2.name COLLATE Latin1_General_100_BIN2) IN (:param_5_1) AND events_2.occurred_at <= CAST(:param_6 AS datetimeoffset(6))), :coalesce_2) >= :param_7 AND coalesce((SELECT count(DISTINCT year(CAST(switchoffset(events_3.occurred_at, '+00:00') AS date)) * :year_1 + month(CAST(switchoffset(events_3.occurred_at, '+00:00') AS date))) AS count_3
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND (events_3.name COLLATE Latin1_General_100_BIN2) IN (:param_8_1) AND events_3.occurred_at <= CAST(:param_9 AS datetimeoffset(6))), :coalesce_3) >= :param_10 AND datediff(day, users_1.born_on, CAST(switchoffset(users_1.signed_up_at, '+00:00') AS date)) >= :param_11 ORDER BY [key];
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_10 = 2
-- :param_11 = 7000
-- :param_1_1 = 'login'
-- :param_2 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_3 = '2026-02-10 00:00:00.000000 +00:00'
-- :param_4 = 3
-- :param_5_1 = 'used'
-- :param_6 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_7 = 5
-- :param_8_1 = 'used'
-- :param_9 = '2026-03-10 13:00:00.000000 +00:00'
-- :year_1 = 100
