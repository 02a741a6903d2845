SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS "key"
FROM product.users AS users_1
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AND events_1.name IN (:param_1_1, :param_1_2) AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END <= :param_2 AND CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END <= :param_3 AND NOT (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = events_1.user_id AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_2) ELSE NULL END > CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_2) ELSE NULL END <= CASE WHEN (typeof(events_1.occurred_at) IN ('text')) THEN tl_instant(events_1.occurred_at, :tl_instant_1) ELSE NULL END + :param_4 AND events_2.name IN (:param_5_1) AND CASE WHEN (typeof(events_2.occurred_at) IN ('text')) THEN tl_instant(events_2.occurred_at, :tl_instant_2) ELSE NULL END <= :param_6 AND CASE WHEN ((typeof(events_2.feature) IN ('blob')) OR trim(events_2.feature, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE events_2.feature END = :param_7)))) ORDER BY "key";
-- :param_1_1 = 'training_completed'
-- :param_1_2 = 'course_completed'
-- :param_2 = 1773147600000000
-- :param_3 = 1771938000000000
-- :param_4 = 1209600000000
-- :param_5_1 = 'used'
-- :param_6 = 1773147600000000
-- :param_7 = 'reports'
-- :tl_instant_1 = 'UTC'
-- :tl_instant_2 = 'UTC'
