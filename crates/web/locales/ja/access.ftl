# ODK Centralのクライアントと人に、アカウント、役割、割り当てについて伝える文。

refusal-form-not-assigned = この電話またはリンクでは、様式「{ $form }」に記入できません。
    .next = 記入した内容を残したまま、責任者に様式の割り当てを依頼してください。
refusal-member-without-key = { $name }さんはまだパスワードを決めていないため、鍵を渡せません。
    .next = 最初のログインの後に鍵を渡してください。
refusal-roles-apart = 役割「{ $one }」と「{ $two }」は同じ人が兼ねられません。
    .next = 二つ目の役割は別の人に与えてください。
