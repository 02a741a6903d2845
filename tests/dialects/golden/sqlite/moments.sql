SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS "key"
FROM product.users AS users_1 LEFT OUTER JOIN (SELECT accounts_1.id AS id, accounts_1.name AS name, accounts_1."plan" AS "plan", accounts_1.seats AS seats, accounts_1.arr AS arr, accounts_1.renews_on AS renews_on, accounts_1.regions AS regions, accounts_1.owner_email AS owner_email, accounts_1.owner AS owner, accounts_1.is_gone AS is_gone
FROM crm.accounts AS accounts_1
WHERE CASE WHEN ((typeof(accounts_1.is_gone) IN ('integer', 'real')) AND accounts_1.is_gone IN (:is_gone_1_1, :is_gone_1_2)) THEN CAST(accounts_1.is_gone AS BIGINT) WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_1_1, :lower_1_2, :lower_1_3)) THEN 1 WHEN ((typeof(accounts_1.is_gone) IN ('text')) AND lower(trim(accounts_1.is_gone, char(9, 10, 11, 12, 13, 32))) IN (:lower_2_1, :lower_2_2, :lower_2_3)) THEN 0 ELSE NULL END IN (:param_1_1)) AS anon_1 ON anon_1.id = CASE WHEN (typeof(users_1.account_id) IN ('integer')) THEN users_1.account_id WHEN ((typeof(users_1.account_id) IN ('real')) AND users_1.account_id = CAST(users_1.account_id AS BIGINT) AND abs(users_1.account_id) < 9.2e18) THEN CAST(users_1.account_id AS BIGINT) WHEN (typeof(users_1.account_id) IN ('text')) THEN tl_integer(users_1.account_id) ELSE NULL END
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_1) ELSE NULL END >= tl_day_start(tl_shift_date(tl_shift_date(CASE WHEN ((typeof(anon_1.renews_on) IN ('text')) AND (trim(anon_1.renews_on, char(9, 10, 11, 12, 13, 32)) GLOB :trim_1) AND date(trim(anon_1.renews_on, char(9, 10, 11, 12, 13, 32)), '+0 days') = trim(anon_1.renews_on, char(9, 10, 11, 12, 13, 32)) AND trim(anon_1.renews_on, char(9, 10, 11, 12, 13, 32)) >= :trim_2) THEN trim(anon_1.renews_on, char(9, 10, 11, 12, 13, 32)) ELSE NULL END, :tl_shift_date_1, :param_2, :tl_shift_date_2), :tl_shift_date_3, :param_3, :tl_shift_date_4), :param_4) AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_1.name IN (:param_5_1) AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_2) ELSE NULL END <= :param_6 AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_2) ELSE NULL END >= CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_1) ELSE NULL END + :param_7)) AND (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_2.name IN (:param_8_1) AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_3) ELSE NULL END <= :param_9 AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_3) ELSE NULL END >= tl_day_start(CASE WHEN ((typeof(users_1.born_on) IN ('text')) AND (trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) GLOB :trim_3) AND date(trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)), '+0 days') = trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) AND trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) >= :trim_4) THEN trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) ELSE NULL END, :param_10) AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_3) ELSE NULL END < tl_day_start(tl_shift_date(tl_shift_date(CASE WHEN ((typeof(users_1.born_on) IN ('text')) AND (trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) GLOB :trim_3) AND date(trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)), '+0 days') = trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) AND trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) >= :trim_4) THEN trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) ELSE NULL END, :tl_shift_date_5, :param_11, :tl_shift_date_6), :tl_shift_date_7, :param_12, :tl_shift_date_8), :param_13))) ORDER BY "key";
-- :is_gone_1_1 = 0
-- :is_gone_1_2 = 1
-- :lower_1_1 = 'true'
-- :lower_1_2 = 't'
-- :lower_1_3 = '1'
-- :lower_2_1 = 'false'
-- :lower_2_2 = 'f'
-- :lower_2_3 = '0'
-- :param_10 = 'America/New_York'
-- :param_11 = 'year'
-- :param_12 = 'day'
-- :param_13 = 'America/New_York'
-- :param_1_1 = False
-- :param_2 = 'month'
-- :param_3 = 'day'
-- :param_4 = 'America/New_York'
-- :param_5_1 = 'login'
-- :param_6 = 1773147600000000
-- :param_7 = 5400000000
-- :param_8_1 = 'used'
-- :param_9 = 1773147600000000
-- :tl_instant_1 = 'UTC'
-- :tl_instant_2 = 'UTC'
-- :tl_instant_3 = 'UTC'
-- :tl_shift_date_1 = 3
-- :tl_shift_date_2 = -1
-- :tl_shift_date_3 = 1
-- :tl_shift_date_4 = 1
-- :tl_shift_date_5 = 1
-- :tl_shift_date_6 = 1
-- :tl_shift_date_7 = 1
-- :tl_shift_date_8 = 1
-- :trim_1 = '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'
-- :trim_2 = '0001-01-01'
-- :trim_3 = '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'
-- :trim_4 = '0001-01-01'
