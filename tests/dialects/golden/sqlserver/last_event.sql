SELECT users_1.user_id AS [key]
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND (SELECT TOP 1 CASE WHEN TRIM(:param_2 FROM events_1.feature) <> N'' THEN events_1.feature COLLATE Latin1_General_100_BIN2 END AS anon_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND (events_1.name COLLATE Latin1_General_100_BIN2) IN (:param_3_1) AND events_1.occurred_at <= CAST(:param_4 AS datetimeoffset(6)) ORDER BY events_1.occurred_at DESC, CASE WHEN (CASE WHEN TRIM(:param_2 FROM events_1.feature) <> N'' THEN events_1.feature COLLATE Latin1_General_100_BIN2 END IS NULL) THEN :param_5 ELSE :param_6 END, CASE WHEN TRIM(:param_2 FROM events_1.feature) <> N'' THEN events_1.feature COLLATE Latin1_General_100_BIN2 END DESC) = :param_7 ORDER BY [key];
-- :param_2 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_3_1 = 'used'
-- :param_4 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_5 = 1
-- :param_6 = 0
-- :param_7 = 'reports'
