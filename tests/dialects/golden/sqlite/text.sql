SELECT CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END AS "key"
FROM product.users AS users_1
WHERE CASE WHEN (typeof(users_1.user_id) IN ('integer')) THEN users_1.user_id WHEN ((typeof(users_1.user_id) IN ('real')) AND users_1.user_id = CAST(users_1.user_id AS BIGINT) AND abs(users_1.user_id) < 9.2e18) THEN CAST(users_1.user_id AS BIGINT) WHEN (typeof(users_1.user_id) IN ('text')) THEN tl_integer(users_1.user_id) ELSE NULL END IS NOT NULL AND instr(CASE WHEN ((typeof(users_1.email) IN ('blob')) OR trim(users_1.email, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE users_1.email END, :param_1) > :instr_1 AND substr(CASE WHEN ((typeof(users_1.email) IN ('blob')) OR trim(users_1.email, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE users_1.email END, -length(:param_2)) = :param_2 AND substr(CASE WHEN ((typeof(users_1.email) IN ('blob')) OR trim(users_1.email, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE users_1.email END, :substr_1, length(:param_3)) = :param_3 AND users_1.role IN (:param_4, :param_5) AND (users_1.email != :param_6 OR CASE WHEN ((typeof(users_1.email) IN ('blob')) OR trim(users_1.email, char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) = '') THEN NULL ELSE users_1.email END IS NULL) ORDER BY "key";
-- :instr_1 = 0
-- :param_1 = '50%_off'
-- :param_2 = '@example.com'
-- :param_3 = 'a'
-- :param_4 = 'admin'
-- :param_5 = 'member'
-- :param_6 = 'blank '
-- :substr_1 = 1
