-- refused: SQL Server cannot say local days and dates of what is stored: it knows the zones of Windows, and none by the name that the project gives; a project in UTC can ask it

-- in UTC:
SELECT users_1.user_id AS [key]
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1.[plan] AS [plan], accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE accounts_1.is_gone IN (:param_1_1)) AS anon_1 ON anon_1.id = users_1.account_id
WHERE users_1.user_id IS NOT NULL AND users_1.signed_up_at >= todatetimeoffset(CAST(dateadd(day, :param_2, dateadd(month, :param_3, anon_1.renews_on)) AS datetime2(6)), '+00:00') AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND (events_1.name COLLATE Latin1_General_100_BIN2) IN (:param_4_1) AND events_1.occurred_at <= CAST(:param_5 AS datetimeoffset(6)) AND events_1.occurred_at >= dateadd(second, :param_6, users_1.signed_up_at))) AND (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND (events_2.name COLLATE Latin1_General_100_BIN2) IN (:param_7_1) AND events_2.occurred_at <= CAST(:param_8 AS datetimeoffset(6)) AND events_2.occurred_at >= todatetimeoffset(CAST(users_1.born_on AS datetime2(6)), '+00:00') AND events_2.occurred_at < todatetimeoffset(CAST(dateadd(day, :param_9, dateadd(month, :param_10, users_1.born_on)) AS datetime2(6)), '+00:00'))) ORDER BY [key];
-- :param_10 = 12
-- :param_1_1 = False
-- :param_2 = 1
-- :param_3 = -3
-- :param_4_1 = 'login'
-- :param_5 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_6 = 5400
-- :param_7_1 = 'used'
-- :param_8 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_9 = 1
