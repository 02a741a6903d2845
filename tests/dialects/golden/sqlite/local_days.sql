SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS "key"
FROM product.users AS users_1
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND coalesce((SELECT count(DISTINCT date(tl_local_date(CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END, :param_1), :param_2, :param_3)) AS count_1
FROM product.events AS events_1
WHERE events_1.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_1.name IN (:param_4_1) AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END <= :param_5 AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END >= :param_6), :coalesce_1) >= :param_7 AND coalesce((SELECT count(DISTINCT tl_local_date(CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_2) ELSE NULL END, :param_8)) AS count_2
FROM product.events AS events_2
WHERE events_2.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_2.name IN (:param_9_1) AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_2) ELSE NULL END <= :param_10), :coalesce_2) >= :param_11 AND coalesce((SELECT count(DISTINCT substr(tl_local_date(CASE WHEN (typeof(events_3.occurred_at) IN ('text')) THEN tl_instant(events_3.occurred_at, :tl_instant_3) ELSE NULL END, :param_12), :substr_1, :substr_2)) AS count_3
FROM product.events AS events_3
WHERE events_3.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_3.name IN (:param_13_1) AND CASE WHEN (typeof(events_3.occurred_at) IN ('text')) THEN tl_instant(events_3.occurred_at, :tl_instant_3) ELSE NULL END <= :param_14), :coalesce_3) >= :param_15 AND CAST(julianday(tl_local_date(CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_4) ELSE NULL END, :param_16)) - julianday(CASE WHEN ((typeof(users_1.born_on) IN ('text')) AND (trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) GLOB :trim_1) AND date(trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)), '+0 days') = trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) AND trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) >= :trim_2) THEN trim(users_1.born_on, char(9, 10, 11, 12, 13, 32)) ELSE NULL END) AS INTEGER) >= :param_17 ORDER BY "key";
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_1 = 'America/New_York'
-- :param_10 = 1773147600000000
-- :param_11 = 5
-- :param_12 = 'America/New_York'
-- :param_13_1 = 'used'
-- :param_14 = 1773147600000000
-- :param_15 = 2
-- :param_16 = 'America/New_York'
-- :param_17 = 7000
-- :param_2 = '-6 days'
-- :param_3 = 'weekday 1'
-- :param_4_1 = 'login'
-- :param_5 = 1773147600000000
-- :param_6 = 1770699600000000
-- :param_7 = 3
-- :param_8 = 'America/New_York'
-- :param_9_1 = 'used'
-- :substr_1 = 1
-- :substr_2 = 7
-- :tl_instant_1 = 'UTC'
-- :tl_instant_2 = 'UTC'
-- :tl_instant_3 = 'UTC'
-- :tl_instant_4 = 'UTC'
-- :trim_1 = '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'
-- :trim_2 = '0001-01-01'
