SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS anon_1, tl_lower(trim(CASE WHEN ((typeof(users_1.email) IN ('blob')) OR trim(users_1.email, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE users_1.email END)) AS tl_lower_1
FROM product.users AS users_1
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND tl_lower(trim(CASE WHEN ((typeof(users_1.email) IN ('blob')) OR trim(users_1.email, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE users_1.email END)) IN (SELECT addresses.address
FROM (SELECT json_extract(anon_2.value, :json_extract_1) AS address
FROM json_each(:addresses_1) AS anon_2) AS addresses);
-- :addresses_1 = '[["ann@example.com"]]'
-- :json_extract_1 = '$[0]'

WITH anon_1 AS
(SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS c0, CASE WHEN (typeof(users_1.onboarded_at) IN ('blob')) THEN NULL ELSE tl_epoch(users_1.onboarded_at, :tl_epoch_1) END AS c1
FROM product.users AS users_1
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_1) ELSE NULL END IS NOT NULL AND CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_1) ELSE NULL END < :param_1 AND CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_1) ELSE NULL END >= :param_2 AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_1.name IN (:param_3_1, :param_3_2) AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_2) ELSE NULL END <= :param_4)) AND (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_2.name IN (:param_5_1) AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_3) ELSE NULL END <= :param_6 AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_3) ELSE NULL END >= :param_7)) AND coalesce((SELECT count(*) AS count_1
FROM product.events AS events_3
WHERE events_3.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_3.name IN (:param_8_1) AND CASE WHEN (typeof(events_3.occurred_at) IN ('text')) THEN tl_instant(events_3.occurred_at, :tl_instant_4) ELSE NULL END <= :param_9 AND CASE WHEN (typeof(events_3.occurred_at) IN ('text')) THEN tl_instant(events_3.occurred_at, :tl_instant_4) ELSE NULL END >= CASE WHEN (typeof(users_1.signed_up_at) IN ('text')) THEN tl_instant(users_1.signed_up_at, :tl_instant_1) ELSE NULL END), :coalesce_1) > :param_10 AND CASE WHEN (typeof(users_1.onboarded_at) IN ('blob')) THEN NULL ELSE tl_epoch(users_1.onboarded_at, :tl_epoch_1) END IS NOT NULL AND NOT (EXISTS (SELECT *
FROM crm.calls AS calls_1
WHERE calls_1.contact_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND CASE WHEN (typeof(calls_1.held_at) IN ('text')) THEN tl_instant(calls_1.held_at, :tl_instant_5) ELSE NULL END <= :param_11 AND CASE WHEN (typeof(calls_1.held_at) IN ('text')) THEN tl_instant(calls_1.held_at, :tl_instant_5) ELSE NULL END >= CASE WHEN (typeof(users_1.onboarded_at) IN ('blob')) THEN NULL ELSE tl_epoch(users_1.onboarded_at, :tl_epoch_1) END)) AND NOT (EXISTS (SELECT *
FROM product.events AS events_4
WHERE events_4.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_4.name IN (:param_12_1) AND CASE WHEN (typeof(events_4.occurred_at) IN ('text')) THEN tl_instant(events_4.occurred_at, :tl_instant_6) ELSE NULL END <= :param_13 AND events_4.feature = :param_14))),
anon_2 AS
(SELECT anon_1.c0 AS "key", count(*) AS f0
FROM (SELECT json_extract(anon_3.value, :json_extract_1) AS "key", json_extract(anon_3.value, :json_extract_2) AS at, json_extract(anon_3.value, :json_extract_3) AS own_of
FROM json_each(:touches_of_user_0_1) AS anon_3) AS touches_of_user_0 JOIN anon_1 ON anon_1.c0 = touches_of_user_0."key"
WHERE touches_of_user_0.at <= :param_15 AND touches_of_user_0.at >= anon_1.c1 GROUP BY anon_1.c0)
 SELECT anon_1.c0 AS "key"
FROM anon_1 LEFT OUTER JOIN anon_2 ON anon_2."key" = anon_1.c0
WHERE coalesce(anon_2.f0, :coalesce_2) = :param_16 ORDER BY "key";
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :json_extract_1 = '$[0]'
-- :json_extract_2 = '$[1]'
-- :json_extract_3 = '$[2]'
-- :param_1 = 1770613200000000
-- :param_10 = 10
-- :param_11 = 1773147600000000
-- :param_12_1 = 'used'
-- :param_13 = 1773147600000000
-- :param_14 = 'reports'
-- :param_15 = 1773147600000000
-- :param_16 = 0
-- :param_2 = 1765342800000000
-- :param_3_1 = 'training_completed'
-- :param_3_2 = 'course_completed'
-- :param_4 = 1773147600000000
-- :param_5_1 = 'login'
-- :param_6 = 1773147600000000
-- :param_7 = 1772514000000000
-- :param_8_1 = 'login'
-- :param_9 = 1773147600000000
-- :tl_epoch_1 = 1000000
-- :tl_instant_1 = 'UTC'
-- :tl_instant_2 = 'UTC'
-- :tl_instant_3 = 'UTC'
-- :tl_instant_4 = 'UTC'
-- :tl_instant_5 = 'UTC'
-- :tl_instant_6 = 'UTC'
-- :touches_of_user_0_1 = '[[7, 1772355600000000, null]]'
