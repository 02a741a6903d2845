-- What customers want to reach: half of them agreed on something, a third of that is confirmed.
WITH drawn AS (
    SELECT id AS account_id, n, concat(id, '/', n) AS which, contract_start, today, age_of, situation, status,
           10 + floor(50 * draw('baseline', concat(id, '/', n))) AS baseline
    FROM run, (SELECT *, (SELECT today FROM run) - contract_start AS age_of FROM companies) AS companies
    LEFT JOIN situations ON account_id = id, range(1, 4) AS numbers(n)
    WHERE age_of > 50 AND (n = 1 OR draw('more goals', concat(id, '/', n)) < 0.4)
      AND (draw('has goals', id) < 0.5 OR situation IN ('promoter', 'seats full', 'value unconfirmed'))
      AND situation IS DISTINCT FROM 'no plan' AND situation IS DISTINCT FROM 'green and alone'
), reached AS (
    SELECT *, floor(baseline * (1.3 + 0.7 * draw('target', which))) AS target, draw('reached', which) AS part,
           situation IN ('promoter', 'seats full') OR draw('confirmed', which) < 0.33 AND situation IS DISTINCT FROM 'value unconfirmed'
               AS is_confirmed
    FROM drawn
)
SELECT row_number() OVER (ORDER BY account_id, n) AS objective_id, account_id,
       pick(goals, draw('goal', which)) AS goal,
       CASE WHEN draw('no baseline', which) >= 0.1 OR situation IS NOT NULL THEN baseline END AS baseline, target,
       CASE WHEN draw('no figure', which) >= 0.15 OR is_confirmed THEN floor(baseline + (target - baseline) * 1.1 * part) END AS current,
       CASE WHEN is_confirmed THEN persona_name END AS confirmed_by,
       CASE WHEN is_confirmed THEN today - 5 - floor(least(age_of - 45, 260) * draw('confirmed on', which)
                                                     * CASE WHEN situation IN ('promoter', 'seats full') THEN 0.4 ELSE 1 END)::INTEGER END AS confirmed_on,
       CASE WHEN is_confirmed AND draw('defended', which) < 0.15 THEN today - 4 END AS defended_on
FROM reached
LEFT JOIN (SELECT account_id, any_value(full_name) AS persona_name FROM personas JOIN users USING (user_id, account_id)
           WHERE persona = 'champion' GROUP BY account_id) AS champions USING (account_id), lists
ORDER BY objective_id
