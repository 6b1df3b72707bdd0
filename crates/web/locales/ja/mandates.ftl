# 任務の開始と設定。

mandate-new-title = 新しい任務
mandate-next = 次へ
mandate-protocol = プロトコル
mandate-protocol-hint = フォーム、名簿、役割、区画がまとめて決まります。あとで替えることはできません。
mandate-protocol-missing = 任務が従うプロトコルを選んでください。
mandate-protocol-what = 用途
mandate-name = 任務の名前
mandate-name-hint = 電話にも表示されます。人の名前や、知られてはならない場所は書かないでください。
mandate-name-missing = 名前がありません。書いてください。
mandate-description = 目的
mandate-people-what = 誰がどの役割で働くかを決めてください。どの区画にも最初から鍵を持つ人が必要です。いなければ、そこに封印されたものは二度と開けません。
mandate-role-of = { $name } の役割
mandate-no-role = 役割なし
mandate-unheld = 鍵を持つ人がいない区画：{ $compartments }。その鍵を持つ役割を誰かに与えてください。どの役割かは上の表にあります。
mandate-check = 確認する
mandate-check-title = 確認して始める
mandate-check-what = 始めると、区画ごとに一組の鍵が作られ、これらの人に封印されます。あなた自身は、ここに名前がなければ鍵を受け取りません。
mandate-begin = 任務を始める
mandate-change = 直す
done-mandate-begun = 任務を始めました。鍵を作って渡しました。

compartments = 区画
compartment = 区画
compartment-protects = 守るもの
compartment-roles = 鍵を持つ役割
compartment-held-by = 鍵を持つ人
compartment-nobody = まだいない
compartment-one-holder = 1人だけ、分割鍵なし
compartment-shares = 紙の分割鍵
compartment-devices = 電話
compartment-devices-holds = QRコードを再び表示するための電話のトークン
compartment-phones = 電話{ $count }台

settings-version = 版
settings-begun = 開始日
settings-archive = 保管
settings-archived = 仕事が終わったので任務を保管する
settings-archived-hint = 何も消されず、鍵もそのままです。ほかの任務の下に置かれ、電話やブラウザーで新しいフォームは始められず、新しいメンバーは招待されません。電話に残っている提出は受け取ります。
settings-archived-since = { $day } から保管
settings-submit = 保存
done-settings = 保存しました。

refusal-protocol-unknown = このサーバーにプロトコル「{ $protocol }」はありません。
    .next = サーバーが示すプロトコルから選んでください。
refusal-role-unknown = プロトコルに役割「{ $role }」はありません。
    .next = プロトコルの役割から選んでください。
refusal-compartment-unheld = 鍵を持つ人がいない区画があります。
    .next = その鍵を持つ役割を誰かに与えてください。
