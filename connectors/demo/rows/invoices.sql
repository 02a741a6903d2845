-- Four a year; nearly all are paid, and of some companies the newest payment was refused.
WITH due AS (
    SELECT id AS account_id, quarter, arr, contract_start + (91 * quarter)::INTEGER AS due_on, today, situation
    FROM run, companies LEFT JOIN situations ON situations.account_id = id, range(0, 12) AS quarters(quarter)
    WHERE arr > 0 AND contract_start + (91 * quarter)::INTEGER <= today + 30
), drawn AS (
    SELECT *, draw('paid', concat(account_id, '/', quarter)) AS luck FROM due
    UNION ALL
    SELECT account_id, 99, any_value(arr), today - 1, today, situation, 1
    FROM due WHERE situation = 'payment failed' GROUP BY account_id, today, situation
)
SELECT row_number() OVER (ORDER BY account_id, quarter) AS invoice_id, account_id,
       CASE WHEN quarter = 99 THEN 'failed' WHEN due_on > today OR (luck < 0.04 AND due_on > today - 120) THEN 'open'
            WHEN luck > 0.97 AND due_on > today - 60 THEN 'failed' ELSE 'paid' END AS status,
       due_on,
       CASE WHEN quarter = 99 THEN due_on WHEN luck > 0.97 AND due_on <= today AND due_on > today - 60 THEN due_on END AS failed_on,
       round(arr / 4, 2) AS amount
FROM drawn ORDER BY invoice_id
