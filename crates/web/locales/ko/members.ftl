# 서버 전체의 계정.

members-accounts = 계정
members-empty = 계정이 없습니다.
members-rights = 구분
members-member = 구성원
members-administrator = 관리자
members-closed = { $day } 닫힘
members-since = 시작
members-action = 할 수 있는 일
members-invite = 구성원 초대하기
members-close = 계정 닫기

invitations-waiting = 아직 수락하지 않은 초대
invitations-empty = 기다리는 초대가 없습니다.
invitations-until = 유효 기한
invitations-withdraw = 취소
done-invitation-withdrawn = 초대를 취소했습니다. 그 링크는 더 이상 쓸 수 없습니다.

invite-title = 구성원 초대하기
invite-submit = 초대 만들기
invite-email-hint = 이 주소로 로그인합니다. 이 주소로 메일을 보내지는 않습니다.
invite-name-hint = 본인이 바꿀 수 있습니다.
invite-place = 임무와 역할
invite-place-hint = 역할은 바로 주어집니다. 열쇠는 나중에 열쇠를 가진 사람이 줍니다.
invite-no-place = 아직 없음
invite-rights = 권한
invite-administrator = 관리자
invite-administrator-hint = 초대하고, 계정을 닫고, 임무를 시작할 수 있습니다. 열쇠는 없으므로 봉인된 값은 닫혀 있습니다.
invited-title = 초대가 준비되었습니다
invited-link = { $email } 초대 링크
invited-note = 지금만 보입니다. 7일 안에 한 번 쓸 수 있습니다.
invited-next = 다음 순서
invited-next-hand = 링크를 직접 전하십시오. 만나서 주거나, 두 분이 모두 믿는 메신저로 보내십시오.
invited-next-choose = 받은 사람이 링크를 열어 다른 사람이 모르는 비밀번호를 정합니다.
invited-next-keys = 임무의 열쇠를 가진 사람이 새 구성원에게 열쇠를 줍니다.
invited-back = 전달했습니다

close-title = { $name }의 계정 닫기
close-question = { $name }의 계정을 닫으시겠습니까?
close-logins = 모든 로그인이 바로 끝나고 다시 로그인할 수 없습니다.
close-record = 그동안 한 일은 그 이름으로 기록에 남습니다.
close-keys = 가지고 있는 열쇠는 아래 각 임무에서 누군가 빼내기 전까지 그대로 남습니다. 임무에서도 빼십시오. 그래야 구획마다 새 열쇠가 생깁니다.
close-no-mandate = 이 사람은 맡은 임무가 없고 열쇠도 없습니다.
close-in-mandate = { $mandate }: { $count ->
        [0] 열쇠 없음
       *[other] 구획 { $count }개의 열쇠를 가지고 있음
    }
close-take-first = 임무에서 빼기
done-account-closed = 계정을 닫았습니다.

refusal-email = 이메일 주소가 아닙니다.
    .next = name@example.org 꼴로 쓰십시오.
refusal-email-taken = { $email } 주소의 계정이 이미 있습니다.
    .next = 다른 주소를 쓰거나, 있는 계정에 역할을 주십시오.
refusal-name-empty = 이름이 비어 있습니다.
    .next = 이름을 쓰십시오.
refusal-close-own-account = 본인의 계정은 닫을 수 없습니다.
    .next = 다른 관리자에게 부탁하십시오.
refusal-not-administrator = 관리자만 할 수 있는 일입니다.
    .next = 이 서버의 관리자에게 부탁하십시오.
refusal-not-allowed = ‘{ $mandate }’에서 맡은 역할로는 할 수 없는 일입니다.
    .next = 임무를 이끄는 사람에게 필요한 역할을 부탁하십시오.
