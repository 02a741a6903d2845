WITH anon_2 AS
(SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS "key", CASE WHEN (typeof(anon_3.seats) IN ('integer')) THEN anon_3.seats WHEN ((typeof(anon_3.seats) IN ('real')) AND anon_3.seats = CAST(anon_3.seats AS BIGINT) AND abs(anon_3.seats) < 9.2e18) THEN CAST(anon_3.seats AS BIGINT) WHEN (typeof(anon_3.seats) IN ('text')) THEN tl_integer(anon_3.seats) ELSE NULL END AS o0
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1."plan" AS "plan", accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE CASE WHEN ((typeof(accounts_1.is_gone) IN ('integer', 'real')) AND accounts_1.is_gone IN (:is_gone_1_1, :is_gone_1_2)) THEN CAST(accounts_1.is_gone AS BIGINT) WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_1_1, :lower_1_2, :lower_1_3)) THEN 1 WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_2_1, :lower_2_2, :lower_2_3)) THEN 0 ELSE NULL END IN (:param_1_1)) AS anon_3 ON anon_3.id = CASE WHEN (typeof(users_1.account_id) IN ('integer')) THEN users_1.account_id WHEN ((typeof(users_1.account_id) IN ('real')) AND users_1.account_id = CAST(users_1.account_id AS BIGINT) AND abs(users_1.account_id) < 9.2e18) THEN CAST(users_1.account_id AS BIGINT) WHEN (typeof(users_1.account_id) IN ('text')) THEN tl_integer(users_1.account_id) ELSE NULL END
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND CASE WHEN (typeof(anon_3.seats) IN ('integer')) THEN anon_3.seats WHEN ((typeof(anon_3.seats) IN ('real')) AND anon_3.seats = CAST(anon_3.seats AS BIGINT) AND abs(anon_3.seats) < 9.2e18) THEN CAST(anon_3.seats AS BIGINT) WHEN (typeof(anon_3.seats) IN ('text')) THEN tl_integer(anon_3.seats) ELSE NULL END IS NOT NULL),
anon_1 AS
(SELECT anon_2.o0 AS value, rank() OVER (ORDER BY anon_2.o0 DESC) AS place, count(*) OVER () AS number
FROM anon_2)
 SELECT min(anon_1.value) AS min_1
FROM anon_1
WHERE (anon_1.place - :place_1) * :param_2 < anon_1.number * :param_3;
-- :is_gone_1_1 = 0
-- :is_gone_1_2 = 1
-- :lower_1_1 = 'true'
-- :lower_1_2 = 't'
-- :lower_1_3 = '1'
-- :lower_2_1 = 'false'
-- :lower_2_2 = 'f'
-- :lower_2_3 = '0'
-- :param_1_1 = False
-- :param_2 = 10
-- :param_3 = 1
-- :place_1 = 1

SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS "key"
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1."plan" AS "plan", accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE CASE WHEN ((typeof(accounts_1.is_gone) IN ('integer', 'real')) AND accounts_1.is_gone IN (:is_gone_1_1, :is_gone_1_2)) THEN CAST(accounts_1.is_gone AS BIGINT) WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_1_1, :lower_1_2, :lower_1_3)) THEN 1 WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_2_1, :lower_2_2, :lower_2_3)) THEN 0 ELSE NULL END IN (:param_1_1)) AS anon_1 ON anon_1.id = CASE WHEN (typeof(users_1.account_id) IN ('integer')) THEN users_1.account_id WHEN ((typeof(users_1.account_id) IN ('real')) AND users_1.account_id = CAST(users_1.account_id AS BIGINT) AND abs(users_1.account_id) < 9.2e18) THEN CAST(users_1.account_id AS BIGINT) WHEN (typeof(users_1.account_id) IN ('text')) THEN tl_integer(users_1.account_id) ELSE NULL END
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND CASE WHEN (typeof(anon_1.seats) IN ('integer')) THEN anon_1.seats WHEN ((typeof(anon_1.seats) IN ('real')) AND anon_1.seats = CAST(anon_1.seats AS BIGINT) AND abs(anon_1.seats) < 9.2e18) THEN CAST(anon_1.seats AS BIGINT) WHEN (typeof(anon_1.seats) IN ('text')) THEN tl_integer(anon_1.seats) ELSE NULL END >= :edge_1 ORDER BY "key";
-- :edge_1 = 'the value that a statement before finds'
-- :is_gone_1_1 = 0
-- :is_gone_1_2 = 1
-- :lower_1_1 = 'true'
-- :lower_1_2 = 't'
-- :lower_1_3 = '1'
-- :lower_2_1 = 'false'
-- :lower_2_2 = 'f'
-- :lower_2_3 = '0'
-- :param_1_1 = False
