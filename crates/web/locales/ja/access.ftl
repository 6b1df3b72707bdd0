# ODK Centralのクライアントと人に、アカウント、役割、割り当てについて伝える文。

refusal-form-not-assigned = この電話またはリンクでは、様式「{ $form }」に記入できません。
    .next = 記入した内容を残したまま、責任者に様式の割り当てを依頼してください。
refusal-member-without-key = { $name }さんはまだパスワードを決めていないため、鍵を渡せません。
    .next = 最初のログインの後に鍵を渡してください。
refusal-roles-apart = 役割「{ $one }」と「{ $two }」は同じ人が兼ねられません。
    .next = 二つ目の役割は別の人に与えてください。
refusal-draft-gone = 試そうとした下書きはすでになくなったか、アクセスの期限が切れています。
    .next = 様式を準備している人に現在の下書きを尋ねてください。
refusal-form-id-used = ID「{ $form }」の様式がすでにあります。
    .next = 先にその様式を削除するか、この様式を削除したままにしてください。
