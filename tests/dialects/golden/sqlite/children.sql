WITH anon_1 AS
(SELECT CASE WHEN (typeof(anon_2.id) IN ('integer')) THEN anon_2.id WHEN ((typeof(anon_2.id) IN ('real')) AND anon_2.id = CAST(anon_2.id AS BIGINT) AND abs(anon_2.id) < 9.2e18) THEN CAST(anon_2.id AS BIGINT) WHEN (typeof(anon_2.id) IN ('text')) THEN tl_integer(anon_2.id) ELSE NULL END AS c0
FROM (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1."plan" AS "plan", accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE CASE WHEN ((typeof(accounts_1.is_gone) IN ('integer', 'real')) AND accounts_1.is_gone IN (:is_gone_1_1, :is_gone_1_2)) THEN CAST(accounts_1.is_gone AS BIGINT) WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_1_1, :lower_1_2, :lower_1_3)) THEN 1 WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_2_1, :lower_2_2, :lower_2_3)) THEN 0 ELSE NULL END IN (:param_1_1)) AS anon_2
WHERE CASE WHEN (typeof(anon_2.id) IN ('integer')) THEN anon_2.id WHEN ((typeof(anon_2.id) IN ('real')) AND anon_2.id = CAST(anon_2.id AS BIGINT) AND abs(anon_2.id) < 9.2e18) THEN CAST(anon_2.id AS BIGINT) WHEN (typeof(anon_2.id) IN ('text')) THEN tl_integer(anon_2.id) ELSE NULL END IS NOT NULL AND (EXISTS (SELECT *
FROM product.events AS events_1 JOIN product.users AS users_1 ON CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END = events_1.user_id
WHERE users_1.account_id = CASE WHEN (typeof(anon_2.id) IN ('integer')) THEN anon_2.id WHEN ((typeof(anon_2.id) IN ('real')) AND anon_2.id = CAST(anon_2.id AS BIGINT) AND abs(anon_2.id) < 9.2e18) THEN CAST(anon_2.id AS BIGINT) WHEN (typeof(anon_2.id) IN ('text')) THEN tl_integer(anon_2.id) ELSE NULL END AND events_1.name IN (:param_2_1) AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END <= :param_3 AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END >= :param_4))),
anon_4 AS
(SELECT CASE WHEN (typeof(users_2.user_id) IN ('integer')) THEN users_2.user_id WHEN ((typeof(users_2.user_id) IN ('real')) AND users_2.user_id = CAST(users_2.user_id AS BIGINT) AND abs(users_2.user_id) < 9.2e18) THEN CAST(users_2.user_id AS BIGINT) WHEN (typeof(users_2.user_id) IN ('text')) THEN tl_integer(users_2.user_id) ELSE NULL END AS "key", CASE WHEN (typeof(users_2.account_id) IN ('integer')) THEN users_2.account_id WHEN ((typeof(users_2.account_id) IN ('real')) AND users_2.account_id = CAST(users_2.account_id AS BIGINT) AND abs(users_2.account_id) < 9.2e18) THEN CAST(users_2.account_id AS BIGINT) WHEN (typeof(users_2.account_id) IN ('text')) THEN tl_integer(users_2.account_id) ELSE NULL END AS o0
FROM product.users AS users_2
WHERE CASE WHEN (typeof(users_2.user_id) IN ('integer')) THEN users_2.user_id WHEN ((typeof(users_2.user_id) IN ('real')) AND users_2.user_id = CAST(users_2.user_id AS BIGINT) AND abs(users_2.user_id) < 9.2e18) THEN CAST(users_2.user_id AS BIGINT) WHEN (typeof(users_2.user_id) IN ('text')) THEN tl_integer(users_2.user_id) ELSE NULL END IS NOT NULL AND users_2.role = :param_5),
anon_3 AS
(SELECT anon_4.o0 AS "key", count(*) FILTER (WHERE 1) AS f0
FROM anon_4
WHERE anon_4.o0 IS NOT NULL GROUP BY anon_4.o0)
 SELECT anon_1.c0 AS "key"
FROM anon_1 LEFT OUTER JOIN anon_3 ON anon_3."key" = anon_1.c0
WHERE coalesce(anon_3.f0, :coalesce_1) >= :param_6 AND coalesce(anon_3.f0, :coalesce_1) <= :param_7 ORDER BY "key";
-- :coalesce_1 = 0
-- :is_gone_1_1 = 0
-- :is_gone_1_2 = 1
-- :lower_1_1 = 'true'
-- :lower_1_2 = 't'
-- :lower_1_3 = '1'
-- :lower_2_1 = 'false'
-- :lower_2_2 = 'f'
-- :lower_2_3 = '0'
-- :param_1_1 = False
-- :param_2_1 = 'login'
-- :param_3 = 1773147600000000
-- :param_4 = 1770526800000000
-- :param_5 = 'admin'
-- :param_6 = 2
-- :param_7 = 5
-- :tl_instant_1 = 'UTC'
