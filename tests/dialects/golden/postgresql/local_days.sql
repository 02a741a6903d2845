SELECT users_1.user_id AS key
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND coalesce((SELECT count(DISTINCT date_trunc(:param_1::VARCHAR, CAST(CAST(timezone(:param_2::VARCHAR, events_1.occurred_at) AS DATE) AS TIMESTAMP WITHOUT TIME ZONE))) AS count_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND events_1.name IN (:param_3_1::VARCHAR) AND events_1.occurred_at <= :param_4::TIMESTAMP WITH TIME ZONE AND events_1.occurred_at >= :param_5::TIMESTAMP WITH TIME ZONE), :coalesce_1::INTEGER) >= :param_6::BIGINT AND coalesce((SELECT count(DISTINCT CAST(timezone(:param_7::VARCHAR, events_2.occurred_at) AS DATE)) AS count_2
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND events_2.name IN (:param_8_1::VARCHAR) AND events_2.occurred_at <= :param_9::TIMESTAMP WITH TIME ZONE), :coalesce_2::INTEGER) >= :param_10::BIGINT AND coalesce((SELECT count(DISTINCT date_trunc(:param_11::VARCHAR, CAST(CAST(timezone(:param_12::VARCHAR, events_3.occurred_at) AS DATE) AS TIMESTAMP WITHOUT TIME ZONE))) AS count_3
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND events_3.name IN (:param_13_1::VARCHAR) AND events_3.occurred_at <= :param_14::TIMESTAMP WITH TIME ZONE), :coalesce_3::INTEGER) >= :param_15::BIGINT AND CAST(timezone(:param_16::VARCHAR, users_1.signed_up_at) AS DATE) - users_1.born_on >= :param_17::BIGINT ORDER BY key;
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :param_1 = 'week'
-- :param_10 = 5
-- :param_11 = 'month'
-- :param_12 = 'America/New_York'
-- :param_13_1 = 'used'
-- :param_14 = '2026-03-10T13:00:00+00:00'
-- :param_15 = 2
-- :param_16 = 'America/New_York'
-- :param_17 = 7000
-- :param_2 = 'America/New_York'
-- :param_3_1 = 'login'
-- :param_4 = '2026-03-10T13:00:00+00:00'
-- :param_5 = '2026-02-10T05:00:00+00:00'
-- :param_6 = 3
-- :param_7 = 'America/New_York'
-- :param_8_1 = 'used'
-- :param_9 = '2026-03-10T13:00:00+00:00'
